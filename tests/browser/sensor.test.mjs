// A sensor's page: history, ranges, zoom, limits, export.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { says, setUp } from "./harness.mjs";

const value = (number) => JSON.stringify({ sensor_id: 3, type: "light", value: number, unit: "V" });
const at = setUp();

// Pixels of the chart that are of this colour (a name of base.css), roughly.
const pixels = (page, name) => page.evaluate((which) => {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(`--${which}`);
  probe.fillRect(0, 0, 1, 1);
  const wanted = probe.getImageData(0, 0, 1, 1).data;
  const canvas = document.querySelector(".chart canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4)
    if (data[i + 3] > 200 && [0, 1, 2].every((c) => Math.abs(data[i + c] - wanted[c]) < 30)) count += 1;
  return count;
}, name);

// Waits until that many are.
async function drawn(page, name, least) {
  await page.waitForSelector(".chart canvas");
  const end = Date.now() + 20000;
  while (await pixels(page, name) < least) {
    assert.ok(Date.now() < end, `${await pixels(page, name)} pixels of ${name}`);
    await page.waitForTimeout(50);
  }
}

test("stored values are drawn, and live ones follow", async () => {
  for (const v of [1, 2, 3]) at.broker.publish("iot/measurements", value(v));
  await at.visit("/sensors/3", async (page) => {
    await says(page, "#page-title", "light 3");
    await says(page, '[data-figure="count"] dd', "3");
    await says(page, "#chart-value", "3 V");
    at.broker.publish("iot/measurements", value(2.57));
    await says(page, "#chart-value", "2.57 V");
    await says(page, '[data-figure="count"] dd', "4");
    await says(page, '[data-figure="max"] dd', "3 V");
    await says(page, "#values tbody td:nth-child(2)", "2.57 V");
    await page.click('[data-value="300000"]');
    await drawn(page, "accent", 20); // one dot, or several
  });
});

test("a live value that is earlier than the middle of the step it falls into counts", async () => {
  await at.visit("/", async (page) => {
    await page.route("**/sensors/3/measurements/?from*", async (route) => {
      const answer = await route.fetch(), rows = await answer.json();
      for (const row of rows) row.t += 3600e3;
      await route.fulfill({ response: answer, json: rows });
    });
    await page.click(".tile:has-text('light 3')");
    await says(page, '[data-figure="count"] dd', "4");
    at.broker.publish("iot/measurements", value(5));
    await says(page, '[data-figure="count"] dd', "5");
    await says(page, '[data-figure="max"] dd', "5 V");
  });
});

test("the old path with a final slash works too", () => at.visit("/sensors/3/", (page) => says(page, "#page-title", "light 3")));

test("ranges from five minutes to a year, zoom by button and by mouse", async () => {
  await at.visit("/sensors/3", async (page) => {
    await page.waitForSelector(".chart canvas");
    const asked = [];
    page.on("request", (r) => { if (r.url().includes("/measurements/?from")) asked.push(new URL(r.url()).searchParams); });
    const span = (query) => (Number(query.get("to")) - Number(query.get("from"))) / 60000;
    await page.click('[data-value="300000"]');
    await page.waitForFunction(() => document.querySelector('[data-value="300000"]').getAttribute("aria-pressed") === "true");
    await page.click(`[data-value="${365 * 864e5}"]`);
    await says(page, '[data-figure="count"] dd', "5");
    assert.ok(Math.abs(span(asked[0]) - 5) < 1 && Math.abs(span(asked[1]) - 365 * 1440) < 1, asked.join(" "));
    await page.click('[data-act="in"]');
    await page.waitForSelector("text=Back to now");
    assert.ok(Math.abs(span(asked[2]) - 365 * 720) < 2);
    const box = await (await page.waitForSelector(".chart .u-over")).boundingBox();
    await page.mouse.move(box.x + box.width / 4, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + 60, { steps: 4 });
    const answer = page.waitForResponse((r) => r.url().includes("/measurements/?from"));
    await page.mouse.up();
    await answer;
    assert.ok(span(asked[3]) < span(asked[2]) / 3);
    await page.click("text=Back to now");
    await says(page, '[data-figure="count"] dd', "5");
  });
});

test("limits are drawn", async () => {
  at.broker.publish("dht11/hall/data", '{"temperature":34}');
  at.broker.publish("dht11/hall/data", '{"temperature":33}');
  await at.visit("/", async (page) => {
    await page.click(".tile:has-text('hall temperature')");
    await says(page, ".facts", /5 … 35 °C/);
    await drawn(page, "bad", 100);
  });
});

test("what is shown is exported as CSV and NDJSON", async () => {
  await at.visit("/sensors/3", async (page) => {
    await says(page, '[data-figure="count"] dd', "5");
    const saved = async (format) => {
      const [download] = await Promise.all([page.waitForEvent("download"), page.click(`[data-export="${format}"]`)]);
      assert.equal(download.suggestedFilename(), `sensor-3.${format}`);
      return readFileSync(await download.path(), "utf8");
    };
    const csv = (await saved("csv")).trim().split("\r\n");
    assert.equal(csv[0], "id,sensor,value,unit,created_at");
    assert.deepEqual(csv.slice(1).map((line) => line.split(",")[2]), ["1", "2", "3", "2.57", "5"]);
    const rows = (await saved("ndjson")).trim().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(rows.map((row) => row.value), [1, 2, 3, 2.57, 5]);
  });
});

test("a sensor that is not there says so", () => at.visit("/sensors/999", (page) => says(page, ".note[data-kind=error]", /no sensor/)));
