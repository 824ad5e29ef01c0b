// A broker of its own for each test file, and a Chromium.
import assert from "node:assert/strict";
import { spawn, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const program = process.env.NIGHTJAR ?? resolve(here, "../../build/nightjar");
export const pictures = resolve(here, "../output/browser");
mkdirSync(pictures, { recursive: true });

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

function accepts(port) {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => { socket.destroy(); done(true); });
    socket.on("error", () => done(false));
  });
}

export class Broker {
  // `more`: lines of the configuration; DIRECTORY in them is the broker's own.
  async prepare(more = "allow_anonymous true") {
    this.directory = mkdtempSync(join(tmpdir(), "nightjar-browser-"));
    [this.mqtt, this.websockets, this.http] = [await freePort(), await freePort(), await freePort()];
    writeFileSync(join(this.directory, "broker.conf"), `listener ${this.mqtt} 127.0.0.1
listener ${this.websockets} 127.0.0.1
protocol websockets
listener ${this.http} 127.0.0.1
protocol http_api
persistence_location ${this.directory}/store/
worker_threads 2
${process.getuid() === 0 ? "user root" : ""}
${more.replaceAll("DIRECTORY", this.directory)}
`);
    return this;
  }

  async start() {
    this.process = spawn(program, ["-c", join(this.directory, "broker.conf")], { stdio: ["ignore", "ignore", "pipe"] });
    this.log = "";
    this.process.stderr.on("data", (text) => { this.log += text; });
    const end = Date.now() + 20000;
    for (const port of [this.mqtt, this.websockets, this.http])
      while (!(await accepts(port)))
        if (this.process.exitCode !== null || Date.now() > end) throw new Error(`the broker does not start:\n${this.log}`);
    return this;
  }

  stop() {
    return new Promise((done) => {
      this.process.once("exit", done);
      this.process.kill("SIGTERM");
    });
  }

  async end() {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  publish(topic, payload, ...more) {
    execFileSync("mosquitto_pub", ["-h", "127.0.0.1", "-p", this.mqtt, "-q", "1", "-t", topic, "-m", payload, ...more]);
  }

  publishBytes(topic, bytes) {
    execFileSync("mosquitto_pub", ["-h", "127.0.0.1", "-p", this.mqtt, "-q", "1", "-t", topic, "-s"], { input: bytes });
  }
}

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
}

// A page of the broker, ready and connected. Errors of its scripts fail the test that asks for them.
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  return watched(page, url);
}

// The same in a context that is there already.
export async function watched(page, url) {
  page.problems = [];
  page.on("pageerror", (e) => page.problems.push(String(e)));
  page.on("console", (m) => { if (/Content Security Policy/i.test(m.text())) page.problems.push(m.text()); });
  page.on("request", (r) => { if (!r.url().startsWith("http://127.0.0.1:") && !r.url().startsWith("data:")) page.problems.push(`asks outside: ${r.url()}`); });
  await page.goto(url);
  await connected(page);
  return page;
}

// A broker, with what `fill` publishes, and a browser for all tests of a file.
export function setUp(fill = () => {}) {
  const made = { home: (path = "/") => `http://127.0.0.1:${made.broker.http}${path}` };
  before(async () => {
    made.broker = await (await new Broker().prepare()).start();
    fill(made.broker);
    made.browser = await launch();
  });
  after(async () => {
    await made.browser?.close();
    await made.broker?.end();
  });
  // Opens a page, lets `act` do its work, and asks whether anything went wrong meanwhile.
  made.visit = async (path, act, options) => {
    const page = await openPage(made.browser, made.home(path), options);
    await act(page);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  };
  return made;
}

// Waits until an element says `text`, a string or a regular expression.
export const says = (page, selector, text) => page.waitForFunction(([where, wanted, pattern]) => {
  const said = document.querySelector(where)?.textContent;
  return said !== undefined && (pattern ? new RegExp(wanted).test(said) : said === wanted);
}, [selector, text.source ?? text, text instanceof RegExp]);

export const connected = (page) => page.waitForSelector("#state[data-state=connected]", { timeout: 20000 });
