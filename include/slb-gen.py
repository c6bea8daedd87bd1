#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes what follows from the generic netlink specifications slb.yaml and slb_toa.yaml: the UAPI
headers, the kernel's policies and operations, the tool's tables of names, syzkaller's descriptions.

    slb-gen.py            writes every output
    slb-gen.py --check    exit status 1, with the difference, when a committed output is not current

Understood is the part of the kernel's genetlink schema that the two files use. A request to an
operation named "-new" may carry NLM_F_CREATE, NLM_F_EXCL and NLM_F_REPLACE.
"""
import difflib
import pathlib
import sys
import textwrap
import yaml

TOP = pathlib.Path(__file__).resolve().parent.parent
BITS = {"u8": 0xff, "u16": 0xffff, "u32": 0xffffffff, "u64": (1 << 64) - 1}
PRE_DOIT = """\
static int {nl}pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
\t\t\t{pad}struct genl_info *info)
{{
\tu16 known = NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO;

\tif ({new})
\t\tknown |= NLM_F_CREATE | NLM_F_EXCL | NLM_F_REPLACE;
\tif (info->nlhdr->nlmsg_flags & ~known || info->genlhdr->reserved) {{
\t\tGENL_SET_ERR_MSG(info, "unknown nlmsg_flags, or reserved bytes not 0");
\t\treturn -EINVAL;
\t}}
\treturn 0;
}}
"""

def lower(text):
    return text.replace("-", "_").lower()


def upper(text):
    return lower(text).upper()


def quoted(text):
    return '"' + str(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def wrap(text, first, rest):
    return textwrap.wrap(text, 96, initial_indent=first, subsequent_indent=rest,
                         break_on_hyphens=False, break_long_words=False)


def attr_name(a_set, name):
    return upper(a_set["name-prefix"] + name)


def attr_enum(a_set):
    return lower(a_set["name-prefix"]).rstrip("_")


def doc_enum(name, doc, rows, top=None, count=None):
    """An enum with kernel-doc; @rows are (C name, initializer, text)."""
    out = ["/**"] + wrap(f"enum {name} - {doc}", " * ", " *\t")
    for c_name, _, text in rows:
        out += wrap(f"@{c_name}: {text}", " * ", " *\t")
    out += [f" * @{count}: (how many)"] if count else []
    out += [f" * @__{top}: (one more)", f" * @{top}: (the last)"] if top else []
    out += [" */", f"enum {name} {{"] + [f"\t{c_name}{value}," for c_name, value, _ in rows]
    out += ["", f"\t__{top},", f"\t{top} = __{top} - 1"] if top else []
    return out + (["", f"\t{count}"] if count else []) + ["};", ""]


class Family:
    """One specification and the C names that follow from it."""

    def __init__(self, path, stem):
        self.path, self.stem = path, stem
        spec = self.spec = yaml.safe_load((TOP / path).read_text())
        self.name, self.up, self.nl = spec["name"], upper(spec["name"]), spec["name"] + "_nl_"
        self.enums = {d["name"]: d for d in spec["definitions"] if d["type"] == "enum"}
        for enum in self.enums.values():
            enum |= {"sparse": True} if any("value" in entry for entry in enum["entries"]) else {}
        self.sets = {s["name"]: s for s in spec["attribute-sets"]}
        self.ops = spec["operations"]["list"]
        self.cmd_prefix = spec["operations"]["name-prefix"]
        self.groups = {g["name"]: g.get("flags", []) for g in spec.get("mcast-groups", {}).get("list", [])}
        for a_set in self.sets.values():
            if "subset-of" in a_set:
                whole = self.sets[a_set["subset-of"]]
                a_set["name-prefix"] = whole["name-prefix"]
                names = [a["name"] for a in a_set["attributes"]]
                a_set["attributes"] = [a for a in whole["attributes"] if a["name"] in names]
        for row in sum([d["entries"] for d in self.enums.values()], []) + \
                sum([s["attributes"] for s in self.sets.values()], []):
            if None in row.values():
                sys.exit(f"{path}: quote the text with a comma in {row}")

    def head(self, c_file=False, note=""):
        spdx = f"SPDX-License-Identifier: GPL-2.0-only{note}"
        return [f"// {spdx}" if c_file else f"/* {spdx} */",
                f"/* Generated from {self.path} by include/slb-gen.py. Do not edit. */"]

    def header(self, guard, body, note=""):
        return self.head(note=note) + [f"#ifndef {guard}", f"#define {guard}", "", *body, "",
                                       f"#endif /* {guard} */"]

    def enum_name(self, enum, name):
        return f"{self.up}_{upper(enum['name'])}_{upper(name)}"

    def values(self, enum):
        """(C name, value, entry) of each entry."""
        value = -1
        for entry in enum["entries"]:
            value = entry.get("value", value + 1)
            yield self.enum_name(enum, entry["name"]), value, entry

    def cmd(self, op):
        return upper(self.cmd_prefix + op["name"])

    def set_of(self, op):
        if "notify" in op:
            op = next(other for other in self.ops if other["name"] == op["notify"])
        return self.sets[op["attribute-set"]]

    def requested(self, op):
        """Attributes a request may carry, in the set's order; do and dump share one policy on 6.1."""
        names = sum([op.get(mode, {}).get("request", {}).get("attributes", []) for mode in ("do", "dump")], [])
        return [a for a in self.set_of(op)["attributes"] if a["name"] in names]

    def uapi(self):
        out = ["/*"] + sum([[" *"] + wrap(text, " * ", " * ") for text in self.spec["doc"].split("\n\n")], [])[1:]
        out += [" */", "", f"#define {self.up}_FAMILY_NAME\t{quoted(self.name)}",
                f"#define {self.up}_FAMILY_VERSION\t{self.spec['version']}", ""]
        for const in [d for d in self.spec["definitions"] if d["type"] == "const"]:
            value = quoted(const["value"]) if isinstance(const["value"], str) else const["value"]
            out += wrap(const["doc"] + " */", "/* ", " * ")
            out += [f"#define {self.up}_{upper(const['name'])}\t{value}", ""]
        for enum in self.enums.values():
            rows = [(c_name, f" = {value}" if "value" in entry else "", entry["doc"])
                    for c_name, value, entry in self.values(enum)]
            out += doc_enum(f"{self.name}_{lower(enum['name'])}", enum["doc"], rows,
                            count=None if "sparse" in enum else self.enum_name(enum, "count"))
        for a_set in [s for s in self.sets.values() if "subset-of" not in s]:
            rows = [(attr_name(a_set, attr["name"]), "" if i else " = 1", self.attr_doc(attr))
                    for i, attr in enumerate(a_set["attributes"])]
            out += doc_enum(attr_enum(a_set), a_set["doc"], rows, top=attr_name(a_set, "max"))
        rows = [(self.cmd(op), "" if i else " = 1", self.op_doc(op)) for i, op in enumerate(self.ops)]
        out += doc_enum(lower(self.cmd_prefix).rstrip("_"), "commands", rows, top=upper(self.cmd_prefix + "max"))
        out += [f"#define {self.up}_MCGRP_{upper(name)}\t{quoted(name)}" for name in self.groups]
        return self.header(f"_UAPI_LINUX_{self.up}_H", out if self.groups else out[:-1],
                           note=" WITH Linux-syscall-note")

    def attr_doc(self, attr):
        kind = "be" + attr["type"][1:] if attr.get("byte-order") == "big-endian" else attr["type"]
        if attr["type"] == "nest":
            kind = f"nest of enum {attr_enum(self.sets[attr['nested-attributes']])}"
        return f"({kind}{', any number' if attr.get('multi-attr') else ''}) {attr.get('doc', 'padding')}"

    def op_doc(self, op):
        names = [a["name"] for a in self.requested(op)]
        return op["doc"] + (f" Request: {', '.join(names)}." if names else "") + \
            (" Needs CAP_NET_ADMIN." if op.get("flags") else "")

    def policy(self, attr, ranges):
        kind, checks = attr["type"], attr.get("checks", {})
        fixed = {"nest": f"NLA_POLICY_NESTED({self.nl}{lower(attr.get('nested-attributes', ''))}_policy)",
                 "string": f"{{ .type = NLA_NUL_STRING, .len = {checks.get('max-len')} }}",
                 "binary": f"{{ .type = NLA_BINARY, .len = {checks.get('max-len')} }}",
                 "flag": "{ .type = NLA_FLAG }"}
        if kind in fixed:
            return fixed[kind]
        nla = "NLA_" + ("BE" + kind[1:] if attr.get("byte-order") == "big-endian" else kind.upper())
        if "enum" in attr:
            enum = self.enums[attr["enum"]]
            names = [c_name for c_name, _, _ in self.values(enum)]
            if "sparse" in enum:
                return f"NLA_POLICY_RANGE({nla}, {names[0]}, {names[-1]})"
            return f"NLA_POLICY_MAX({nla}, {self.enum_name(enum, 'count')} - 1)"
        if not checks:
            return f"{{ .type = {nla} }}"
        low, high = checks.get("min", 0), checks.get("max", BITS[kind])
        if high > 32767:  # what the policy macros can hold
            ranges.add((low, high))
            return f"NLA_POLICY_FULL_RANGE({nla}, &{self.nl}range_{low}_{high})"
        return f"NLA_POLICY_RANGE({nla}, {low}, {high})" if low else f"NLA_POLICY_MAX({nla}, {high})"

    def policy_table(self, name, a_set, attrs, ranges):
        """As long as the set, whatever this request may carry: what reads its attributes may serve others too."""
        last = attr_name(a_set, "max")
        return [f"static const struct nla_policy {self.nl}{lower(name)}_policy[{last} + 1] = {{"] + \
            [f"\t[{attr_name(a_set, a['name'])}] = {self.policy(a, ranges)}," for a in attrs] + ["};", ""]

    def kernel_c(self):
        ranges, tables, nested = set(), [], {}
        served = [op for op in self.ops if "do" in op or "dump" in op]
        for op in [op for op in served if self.requested(op)]:
            attrs = self.requested(op)
            nested |= {a["nested-attributes"]: 1 for a in attrs if a["type"] == "nest"}
            tables += self.policy_table(op["name"], self.set_of(op), attrs, ranges)
        for name in nested:
            tables[:0] = self.policy_table(name, self.sets[name], self.sets[name]["attributes"], ranges)
        out = self.head(c_file=True) + ["#include <linux/module.h>", f'#include "{self.stem}_nl_gen.h"', ""]
        for low, high in sorted(ranges):
            out += [f"static struct netlink_range_validation {self.nl}range_{low}_{high} = {{",
                    *([f"\t.min = {low},"] if low else []), f"\t.max = {high},", "};", ""]
        out += tables + ["/* Of commands that take no attribute: every one is refused. */",
                         f"static const struct nla_policy {self.nl}none_policy[2];", "",
                         f"static const struct genl_ops {self.nl}ops[] = {{"]
        for op in served:
            table = f"{self.nl}{lower(op['name']) if self.requested(op) else 'none'}_policy"
            out += ["\t{", f"\t\t.cmd = {self.cmd(op)},"]
            out += [f"\t\t.{mode}it = {self.nl}{lower(op['name'])}_{mode}it,"
                    for mode in ("do", "dump") if mode in op]
            out += [f"\t\t.policy = {table},", f"\t\t.maxattr = ARRAY_SIZE({table}) - 1,"]
            out += [f"\t\t.flags = GENL_{upper(flag)}," for flag in op.get("flags", [])] + ["\t},"]
        new = " ||\n\t    ".join(f"info->genlhdr->cmd == {self.cmd(op)}" for op in self.ops
                                if op["name"].endswith("-new"))
        out += ["};", "", PRE_DOIT.format(nl=self.nl, new=new, pad=" " * (len(self.nl) - 4))]
        if self.groups:
            out += [f"static const struct genl_multicast_group {self.nl}mcgrps[] = {{",
                    *(f"\t[{self.nl.upper()}MCGRP_{upper(name)}] = {{ .name = "
                      f"{self.up}_MCGRP_{upper(name)}, "
                      f"{''.join(f'.flags = GENL_{upper(flag)}, ' for flag in flags)}}},"
                      for name, flags in self.groups.items()), "};", ""]
        family = {"name": f"{self.up}_FAMILY_NAME", "version": f"{self.up}_FAMILY_VERSION",
                  "netnsok": "true", "parallel_ops": "true", "module": "THIS_MODULE",
                  "pre_doit": f"{self.nl}pre_doit", "ops": f"{self.nl}ops",
                  "n_ops": f"ARRAY_SIZE({self.nl}ops)",
                  "resv_start_op": f"__{upper(self.cmd_prefix)}MAX"}
        family |= {"mcgrps": f"{self.nl}mcgrps", "n_mcgrps": f"ARRAY_SIZE({self.nl}mcgrps)"} if self.groups else {}
        return out + ["/* The core's check of the header knows no NLM_F_CREATE; pre_doit stands in for it. */",
                      f"struct genl_family {self.nl}family __ro_after_init = {{",
                      *(f"\t.{field} = {value}," for field, value in family.items()), "};"]

    def kernel_h(self):
        out = ["#include <net/genetlink.h>", f"#include <uapi/linux/{self.name}.h>", ""]
        for op in self.ops:
            for mode, arg in (("do", "struct genl_info *info"), ("dump", "struct netlink_callback *cb")):
                out += [f"int {self.nl}{lower(op['name'])}_{mode}it(struct sk_buff *skb, {arg});"] \
                    if mode in op else []
        out += ["", "enum {", *(f"\t{self.nl.upper()}MCGRP_{upper(name)}," for name in self.groups),
                "};"] if self.groups else []
        for name in sorted({"drop", "state"} & set(self.enums)):    # for the tracepoints to print
            out += ["", f"#define show_{self.name}_{lower(name)}(value) __print_symbolic(value, \\", ", \\\n".join(
                f"\t{{ {value}, {quoted(row['name'])} }}" for _, value, row in self.values(self.enums[name])) + ")"]
        return self.header(f"_{self.up}_NL_GEN_H", out + ["", f"extern struct genl_family {self.nl}family;"])

    def names_c(self):
        out = self.head(c_file=True) + [f'#include "{self.name}_names_gen.h"', ""]
        for enum in self.enums.values():
            out += [f"const struct slb_name {self.name}_{lower(enum['name'])}_names[] = {{"]
            for c_name, _, entry in self.values(enum):
                out += [f"\t[{c_name}] = {{ {quoted(entry['name'])},", f"\t\t{quoted(entry['doc'])} }},"]
            out += ["};", ""]
        for a_set in self.sets.values():
            table = f"{self.name}_{lower(a_set['name'])}_attrs"
            out += [f"static const struct slb_attr_name {table}_list[] = {{"]
            for attr in a_set["attributes"]:
                nest = f", &{self.name}_{lower(attr['nested-attributes'])}_attrs" if attr["type"] == "nest" else ""
                out += [f"\t[{attr_name(a_set, attr['name'])}] = {{ {quoted(attr['name'])}{nest} }},"]
            out += ["};", "", f"const struct slb_attr_set {table} = {{",
                    f"\t{table}_list, {attr_name(a_set, attr['name'])} + 1", "};", ""]
        return out + [f"const struct slb_cmd_name {self.name}_cmd_names[] = {{"] + [
            f"\t[{self.cmd(op)}] = {{ {quoted(op['name'])}, &{self.name}_{lower(self.set_of(op)['name'])}_attrs }},"
            for op in self.ops] + ["};"]

    def names_h(self):
        out = [f"#include <linux/{self.name}.h>", '#include "names.h"', ""]
        for enum in self.enums.values():
            size = list(self.values(enum))[-1][1] + 1 if "sparse" in enum else self.enum_name(enum, "count")
            out += [f"extern const struct slb_name {self.name}_{lower(enum['name'])}_names[{size}];"]
        out += [f"extern const struct slb_attr_set {self.name}_{lower(name)}_attrs;" for name in self.sets]
        out += [f"extern const struct slb_cmd_name {self.name}_cmd_names[__{upper(self.cmd_prefix)}MAX];"]
        return self.header(f"{self.up}_NAMES_GEN_H", out)

    def syz_type(self, attr):
        kind, checks = attr["type"], attr.get("checks", {})
        fixed = {"nest": f"array[{self.name}_{lower(attr.get('nested-attributes', ''))}]",
                 "string": "string", "flag": "void",
                 "binary": f"{self.name}_ip" if attr["name"].endswith("addr") else
                           f"array[int8, 0:{checks.get('max-len')}]"}
        if kind in fixed:
            return fixed[kind]
        if "enum" in attr:
            return f"flags[{self.name}_{lower(attr['enum'])}, int8]"
        if attr.get("byte-order") == "big-endian":
            return "sock_port"
        limits = f"[{checks.get('min', 0)}:{checks['max']}]" if "max" in checks else ""
        return f"int{BITS[kind].bit_length()}{limits}"

    def syz_union(self, name, attrs):
        """In a message there may be any number of each."""
        out = ["", f"{self.name}_{lower(name)} ["]
        for attr in attrs:
            c_name = attr_name(self.set_with(attr), attr["name"])
            macro = "nlnest" if attr["type"] == "nest" else "nlattr"
            out += [f"\t{c_name}\t{macro}[{c_name}, {self.syz_type(attr)}]"]
        return out + ["] [varlen]"]

    def set_with(self, attr):
        return next(a_set for a_set in self.sets.values() if any(a is attr for a in a_set["attributes"]))

    def syz(self):
        """Descriptions for syzkaller, whose sys/linux/ they belong into."""
        served = [op for op in self.ops if "do" in op or "dump" in op]
        nested = {a["nested-attributes"] for op in served for a in self.requested(op) if a["type"] == "nest"}
        enums = {a["enum"]: 1 for op in served for a in self.requested(op) if "enum" in a}
        enums |= {a["enum"]: 1 for name in nested for a in self.sets[name]["attributes"] if "enum" in a}
        out = [f"# Generated from {self.path} by include/slb-gen.py. Do not edit.", "",
               *(f"include <{name}>" for name in ("linux/net.h", "uapi/linux/netlink.h", "uapi/linux/genetlink.h",
                                                  f"uapi/linux/{self.name}.h")),
               "", f"resource genl_{self.name}_family_id[int16]", "",
               f"type msghdr_{self.name}[CMD, ATTR] msghdr_netlink[netlink_msg_t[genl_{self.name}_family_id, "
               "genlmsghdr_t[CMD], ATTR]]", "",
               f"syz_genetlink_get_family_id${self.name}(name ptr[in, string[{quoted(self.name)}]], fd sock_nl_generic) "
               f"genl_{self.name}_family_id"]
        for op in served:
            attrs = f"{self.name}_{lower(op['name'])}" if self.requested(op) else "nl_generic_attr"
            out += [f"sendmsg${self.cmd(op)}(fd sock_nl_generic, msg ptr[in, msghdr_{self.name}[{self.cmd(op)}, "
                    f"{attrs}]], f flags[send_flags])"]
        for op in [op for op in served if self.requested(op)]:
            out += self.syz_union(op["name"], self.requested(op))
        for name in sorted(nested):
            out += self.syz_union(name, self.sets[name]["attributes"])
        out += ["", f"{self.name}_ip [", "\tv4\tipv4_addr", "\tv6\tipv6_addr", "] [varlen]", ""]
        return out + [f"{self.name}_{lower(name)} = {', '.join(c_name for c_name, _, _ in self.values(self.enums[name]))}"
                      for name in enums]

    def outputs(self):
        kernel = f"kmod/toa/{self.stem}" if self.stem == "toa" else f"kmod/{self.stem}"
        return {f"include/uapi/linux/{self.name}.h": self.uapi(),
                f"{kernel}_nl_gen.h": self.kernel_h(), f"{kernel}_nl_gen.c": self.kernel_c(),
                f"tool/{self.name}_names_gen.h": self.names_h(),
                f"tool/{self.name}_names_gen.c": self.names_c(),
                f"tests/fuzz/syzkaller/{self.name}.txt": self.syz()}


def main():
    check, stale = sys.argv[1:] == ["--check"], False
    if sys.argv[1:] and not check:
        sys.exit(__doc__)
    for family in (Family("include/slb.yaml", "slb"), Family("include/slb_toa.yaml", "toa")):
        for name, lines in family.outputs().items():
            new = "\n".join(lines) + "\n"
            old = (TOP / name).read_text() if (TOP / name).exists() else ""
            if check:
                stale |= old != new
                sys.stdout.writelines(difflib.unified_diff(
                    old.splitlines(True), new.splitlines(True), name, "generated"))
            elif old != new:
                (TOP / name).write_text(new)
    sys.exit(stale)


if __name__ == "__main__":
    main()
