// A broker with users and rights: the page asks for a login, and shows only what its user may do.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Broker, connected, launch, says } from "./harness.mjs";

let broker, browser;
before(async () => {
  broker = await new Broker().prepare("password_file DIRECTORY/users\nacl_file DIRECTORY/rights");
  const users = join(broker.directory, "users");
  writeFileSync(users, "", { mode: 0o600 });
  for (const name of ["boss", "guest"]) execFileSync("mosquitto_passwd", ["-b", users, name, `${name} pässword`]);
  writeFileSync(join(broker.directory, "rights"), "topic read /#\nuser boss\ntopic #\ntopic readwrite $CONTROL/#\nuser guest\ntopic read #\n", { mode: 0o600 });
  await broker.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await broker?.end();
});

async function logIn(user) {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${broker.http}/clients`);
  await page.waitForSelector("#connection[open]");
  await says(page, "#connect-note", /wants a user name/);
  await page.fill("#connect-form [name=user]", user);
  await page.fill("#connect-form [name=password]", `${user} pässword`);
  await page.click("#connect-form button[type=submit]");
  await connected(page);
  await page.waitForSelector("tr[data-client]");
  return page;
}

test("who may write to $CONTROL/clients sees the button, and it works", async () => {
  const page = await logIn("boss");
  await page.waitForSelector("tr[data-client] button");
  await page.click('nav a[href="/admin/"]');
  await page.waitForSelector("#reload:not([hidden])");
  await page.fill("#rights-form [name=username]", "guest");
  await page.fill("#rights-form [name=topic]", "house/lamp");
  await page.selectOption("#rights-form [name=access]", "write");
  await page.click("#rights-form button");
  await says(page, "#rights-answer[data-kind=error]", /^Denied/);
  await page.selectOption("#rights-form [name=access]", "read");
  await page.click("#rights-form button");
  await says(page, "#rights-answer", /^Allowed.*rights:\d+/);
  await page.close();
});

test("who may not sees none", async () => {
  const page = await logIn("guest");
  await page.waitForResponse((r) => r.url().includes("/api/v1/clients?")); // a list after the rights are known
  await page.waitForResponse((r) => r.url().includes("/api/v1/clients?"));
  assert.equal(await page.locator("tr[data-client] button").count(), 0);
  await page.click('nav a[href="/admin/"]');
  await page.waitForSelector("#rights-form");
  assert.equal(await page.isVisible("#reload"), false);
  await page.close();
});

test("the password is nowhere kept", async () => {
  const page = await logIn("boss");
  assert.ok(!(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).includes("pässword"));
  await page.close();
});
