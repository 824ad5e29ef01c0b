// Clients: the list, one of them, throwing out, following live; and who may.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { says, setUp } from "./harness.mjs";

const at = setUp();

// A subscriber that is really there; it comes back when it is thrown out, as devices do.
function device(id, ...more) {
  const process = spawn("mosquitto_sub", ["-h", "127.0.0.1", "-p", at.broker.mqtt, "-i", id, "-t", `of/${id}`, "-q", "1", ...more], { stdio: "ignore" });
  return { end: () => new Promise((done) => { process.once("exit", done); process.kill("SIGTERM"); }) };
}

test("a client appears, is looked at and thrown out", async () => {
  const lamp = device("lamp 1");
  await at.visit("/clients", async (page) => {
    await page.waitForSelector('tr[data-client="lamp 1"]');
    await says(page, 'tr[data-client="lamp 1"] [data-cell=address]', "127.0.0.1");
    await says(page, 'tr[data-client="lamp 1"] [data-cell=protocol]', "3.1.1 tcp");
    await page.click('tr[data-client="lamp 1"] a');
    await page.waitForSelector("html[data-view=client]");
    assert.equal(new URL(page.url()).pathname, "/client/lamp%201");
    await says(page, "tbody .mono", "of/lamp 1");
    await lamp.end();
    await says(page, ".head .badge", /away|connected/);
  });
});

test("throwing out asks first, and ends the connection", async () => {
  const lamp = device("victim");
  await at.visit("/clients", async (page) => {
    const since = async () => (await (await fetch(at.home("/api/v1/clients/victim"))).json()).connected_at;
    await page.waitForSelector('tr[data-client="victim"] button');
    const before = await since();
    await page.click('tr[data-client="victim"] button');
    await page.click("dialog[open] button[value=no]");
    assert.equal(await since(), before);
    await page.click('tr[data-client="victim"] button');
    const answer = page.waitForResponse((r) => r.request().method() === "DELETE");
    await page.click("dialog[open] button[value=yes]");
    assert.equal((await answer).status(), 204);
  });
  await lamp.end();
});

test("those that are away are a list of their own, with what was dropped", async () => {
  const lamp = device("sleeper", "-c");
  await at.visit("/clients", async (page) => {
    await page.waitForSelector('tr[data-client="sleeper"]');
    await lamp.end();
    at.broker.publish("of/sleeper", "waits for it");
    await page.click('.choice [data-value="false"]');
    await says(page, 'tr[data-client="sleeper"] [data-cell=queued]', "1");
    await page.fill("input[type=search]", "nobody");
    await says(page, ".note[role=status]", "No clients.");
  });
});

test("/client asks which, /client/<name> shows it, and follows it live", async () => {
  await at.visit("/client", async (page) => {
    await page.fill("[name=client_name]", "follower/1");
    await page.press("[name=client_name]", "Enter");
    await says(page, "#page-title", "follower/1");
    await says(page, ".note[role=status]", /no session of this client/);
    const answer = page.waitForResponse((r) => r.url().includes("/api/v1/trace?client=follower%2F1"));
    await page.click("#follow");
    assert.equal((await answer).status(), 200);
    const lamp = device("follower/1");
    await says(page, ".messages", /CONNECT .*SUBSCRIBE|SUBSCRIBE.*CONNECT /s);
    await says(page, ".head .badge", "connected");
    await page.click("#follow");
    await says(page, "#follow", "Follow live");
    await lamp.end();
  });
});

test("the old address of a client opens its page directly", () => at.visit("/client/follower%2F1/", (page) => says(page, "#page-title", "follower/1")));
