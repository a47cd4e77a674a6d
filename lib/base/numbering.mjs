// Makes lib/base/numbering_table.c from libphonenumber's data as libphonenumber-js packs it:
//
//     npm pack libphonenumber-js && tar xzf libphonenumber-js-*.tgz
//     node lib/base/numbering.mjs package > lib/base/numbering_table.c
import { readFileSync } from "node:fs";

const [, , folder] = process.argv;
const read = (name) => JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
const { countries, nonGeographic } = read("metadata.full.json");
const examples = read("examples.mobile.json");
const version = read("package.json").version;

// The digits that a match of a pattern can begin with, as bits.
function first(pattern) {
    let at = 0;
    const alternatives = () => {
        let bits = part();
        while (pattern[at] === "|") at++, (bits |= part());
        return bits;
    };
    function part() {
        let bits = 0, open = true;
        while (at < pattern.length && !"|)".includes(pattern[at])) {
            let own = 0, optional = false;
            if (pattern.startsWith("(?:", at)) { at += 3; own = alternatives(); at++; }
            else if (pattern[at] === "[") {
                const end = pattern.indexOf("]", at), set = new RegExp(`^${pattern.slice(at, end + 1)}$`);
                for (let d = 0; d < 10; d++) if (set.test(d)) own |= 1 << d;
                at = end + 1;
            }
            else if (pattern.startsWith("\\d", at)) { own = 0x3ff; at += 2; }
            else own = 1 << pattern[at++];
            if (pattern[at] === "?") { optional = true; at++; }
            else if (pattern[at] === "{") { optional = pattern[at + 1] === "0"; at = pattern.indexOf("}", at) + 1; }
            if (open) bits |= own;
            open = open && optional;
        }
        return bits;
    }
    return alternatives();
}

const literal = (text) => (/^\d+$/.test(text || "") ? text : "");
const rows = [];
for (const [country, data] of [...Object.entries(countries), ...Object.entries(nonGeographic)]) {
    const [code, international, pattern, lengths, formats, prefix, rule] = data;
    const mobile = examples[country];
    // Whether people write their mobile numbers with the national prefix before them.
    const format = mobile && (formats || []).find(([all, , begins]) =>
        new RegExp(`^(?:${all})$`).test(mobile) && (!begins || new RegExp(`^(?:${begins.at(-1)})`).test(mobile)));
    const shown = format && (format[3] || rule || "");
    const prefixed = Boolean(prefix && String(shown).startsWith(prefix));
    const bits = lengths.reduce((all, length) => all | (1 << length), 0);
    rows.push(`    {"${/^\d/.test(country) ? "" : country}", "${code}", "${literal(prefix)}", "${literal(international)}", ` +
              `0x${bits.toString(16)}, 0x${first(pattern).toString(16)}, ${prefixed}},`);
}
console.log(`/* Made by numbering.mjs from libphonenumber's data, as of libphonenumber-js ${version}. */`);
console.log('#include "base/numbering_table.h"\n\n/* clang-format off */\nconst struct numbering numbering_table[] = {');
console.log(rows.join("\n"));
console.log("};\n/* clang-format on */\n");
console.log("const size_t numbering_count = sizeof numbering_table / sizeof *numbering_table;");
