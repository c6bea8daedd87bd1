# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion of slbadm for bash; slbadm itself knows what can come next.

_slbadm() {
	local cur words cword line

	if declare -F _get_comp_words_by_ref >/dev/null; then
		# Addresses and settings are one word each.
		_get_comp_words_by_ref -n := cur words cword
	else
		cur=${COMP_WORDS[COMP_CWORD]}
		words=("${COMP_WORDS[@]}")
		cword=$COMP_CWORD
	fi
	COMPREPLY=()
	while read -r line; do
		[[ $line == "$cur"* ]] && COMPREPLY+=("$line")
	done < <("${words[0]}" --complete "${words[@]:1:cword}" 2>/dev/null)
	[[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
	# What readline takes for words already finished must not come again.
	if declare -F __ltrim_colon_completions >/dev/null; then
		__ltrim_colon_completions "$cur"
	fi
}

complete -o default -F _slbadm slbadm
