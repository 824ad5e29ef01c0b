// Topics: the live tree, one topic's history, retained messages and deleting them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { says, setUp } from "./harness.mjs";

const at = setUp();
const topic = (name) => `[data-topic="${name}"]`;

test("the tree grows, counts, and shows the last value and the history of a topic", () => at.visit("/topics", async (page) => {
  at.broker.publish("house/hall/temp", "20");
  at.broker.publish("house/hall/lamp", "on");
  at.broker.publish("house/hall/temp", "21.5");
  await says(page, `${topic("house")} .count`, "3");
  for (const level of ["house", "house/hall"])
    if (!(await page.isVisible(`${topic(level)} >> xpath=../following-sibling::ul`))) await page.click(topic(level));
  await says(page, `${topic("house/hall/temp")} .value`, "21.5");
  await page.click(topic("house/hall/temp"));
  await says(page, "#topic-value", "21.5");
  at.broker.publish("house/hall/temp", "22");
  await says(page, "#topic-value", "22");
  await says(page, "#topic-detail .messages", /22.*21\.5.*20/s);
  at.broker.publishBytes("house/hall/temp", Buffer.from([0xff, 0x00]));
  await says(page, "#topic-value.hex", "ff 00");
}));

test("a branch opens and closes with the keyboard", () => at.visit("/topics", async (page) => {
  for (const name of ["a/x", "b/x", "c/x", "d/x", "e/x"]) at.broker.publish(name, "1");
  const twist = await page.waitForSelector(`${topic("c")} >> xpath=preceding-sibling::button`);
  assert.equal(await twist.getAttribute("aria-expanded"), "false");
  await twist.focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector(topic("c/x"));
  assert.equal(await twist.getAttribute("aria-expanded"), "true");
  await page.keyboard.press("Enter");
  await page.waitForSelector(topic("c/x"), { state: "hidden" });
}));

test("another filter begins another tree", () => at.visit("/topics", async (page) => {
  await page.fill("#watch [name=filter]", "only/#");
  await page.press("#watch [name=filter]", "Enter");
  at.broker.publish("other/x", "1");
  at.broker.publish("only/x", "1");
  await page.waitForSelector(topic("only"));
  assert.equal(await page.locator(topic("other")).count(), 0);
}));

test("retained messages are listed, searched and deleted", async () => {
  at.broker.publish("kept/one", "first", "-r");
  at.broker.publish("kept/two", "second", "-r");
  await at.visit("/topics", async (page) => {
    await page.click('.choice [data-value="retained"]');
    await page.waitForSelector('#retained tr[data-topic="kept/one"]');
    await page.fill("input[name=filter]", "kept/#");
    await page.press("input[name=filter]", "Enter");
    await says(page, ".badge", "2");
    await page.click('#retained tr[data-topic="kept/one"] button');
    await page.click("dialog[open] button[value=yes]");
    await page.waitForSelector('#retained tr[data-topic="kept/one"]', { state: "detached" });
    await says(page, ".badge", "1");
  });
  assert.equal((await fetch(at.home("/api/v1/retained/kept/one"))).status, 404);
  assert.equal((await fetch(at.home("/api/v1/retained/kept/two"))).status, 200);
});
