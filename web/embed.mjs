// embed.mjs DOCUMENT VERSION TARGET: a C++ file with the document of the REST interface and its gzip in it.
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const [source, version, target] = process.argv.slice(2);
const text = readFileSync(source, "utf8").replace('"version": "0"', `"version": "${version}"`);
if (JSON.parse(text).info.version !== version) throw new Error(`${source}: info has to say "version": "0"`);

const array = (name, bytes) => `constexpr unsigned char ${name}[] = {\n${[...bytes].join(",").replace(/(.{110}[^,]*,)/g, "$1\n")}};\n`;
const view = (name) => `{reinterpret_cast<const char*>(${name}), sizeof(${name})}`;
writeFileSync(target, `#include "web/openapi.hpp"

namespace nightjar::web {

namespace {
${array("text", Buffer.from(text))}${array("gzip", gzipSync(text, { level: 9 }))}} // namespace

embedded_document openapi_document() { return {${view("text")}, ${view("gzip")}}; }

} // namespace nightjar::web
`);
