// assemble.mjs SOURCE MODULES TARGET: copies the page and its libraries to TARGET, with a .gz beside each file.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";

const [source, modules, target] = process.argv.slice(2);
const served = new Set([".html", ".css", ".js", ".svg"]);

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== "node_modules") yield* filesBelow(path);
    } else if (served.has(extname(entry.name))) {
      yield path;
    }
  }
}

function put(name, content) {
  const path = join(target, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
}

rmSync(target, { recursive: true, force: true });
for (const file of filesBelow(source)) put(relative(source, file), readFileSync(file));
// One page that shows what its address says (js/router.js). {...}.html: all below, the server knows the name.
const page = readFileSync(join(source, "index.html"));
for (const name of ["sensors", "graph_temp", "graph_hum", "clients", "client", "topics", "console", "status", "admin"]) put(`${name}/index.html`, page);
for (const name of ["sensors", "client"]) put(`${name}/{...}.html`, page);
// Pages written for Paho 1.0 say Paho.MQTT.Client and Paho.MQTT.Message.
const paho = readFileSync(join(modules, "paho-mqtt/paho-mqtt-min.js"));
put("paho-mqtt.js", Buffer.concat([paho, Buffer.from("\nPaho.MQTT = Paho;\n")]));
put("uplot.js", readFileSync(join(modules, "uplot/dist/uPlot.iife.min.js")));
put("uplot.css", readFileSync(join(modules, "uplot/dist/uPlot.min.css")));
