// The small page of the NodeMCU systems, written as theirs were: Paho by its old name, no modules. Connects again by
// itself, and subscribes again to what it had.
"use strict";
/* global Paho */
(function () {
  const $ = (id) => document.getElementById(id);
  const firstDelay = 1000, longestDelay = 30000;
  const filters = new Map(); // filter -> QoS
  let client = null, delay = firstDelay, timer = 0;

  function state(text, kind) {
    $("state").textContent = text;
    $("state").dataset.state = kind;
  }

  function show(topic, bytes) {
    let text;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      text = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join(" ");
    }
    const item = document.createElement("li");
    item.textContent = `${topic}: ${text}`;
    $("messages").prepend(item);
    while ($("messages").children.length > 200) $("messages").lastChild.remove();
  }

  function onSubmit(id, act) {
    $(id).addEventListener("submit", (e) => {
      e.preventDefault();
      try {
        act();
      } catch (error) {
        state(error.message, "failed");
      }
    });
  }

  function connect() {
    clearTimeout(timer);
    if (client?.isConnected()) client.disconnect();
    const mine = client = new Paho.MQTT.Client($("host").value, Number($("port").value), `iot-${Math.random().toString(16).slice(2, 10)}`);
    const again = (text) => {
      if (client !== mine) return; // another Connect came meanwhile
      state(`${text}; next try in ${delay / 1000} s`, "lost");
      timer = setTimeout(connect, delay);
      delay = Math.min(delay * 2, longestDelay);
    };
    client.onConnectionLost = (e) => (e.errorCode === 0 ? state("disconnected", "disconnected") : again(`lost: ${e.errorMessage}`));
    client.onMessageArrived = (m) => show(m.destinationName, m.payloadBytes);
    client.connect({
      mqttVersion: 4,
      useSSL: location.protocol === "https:",
      onSuccess: () => {
        delay = firstDelay;
        state("connected", "connected");
        for (const [filter, qos] of filters) mine.subscribe(filter, { qos });
      },
      onFailure: (e) => again(`failed: ${e.errorMessage}`),
    });
    state("connecting", "connecting");
  }

  onSubmit("connect", () => {
    delay = firstDelay;
    connect();
  });
  onSubmit("subscribe", () => {
    const qos = Number($("subscribe-qos").value);
    client.subscribe($("filter").value, { qos });
    filters.set($("filter").value, qos);
  });
  onSubmit("publish", () => {
    const message = new Paho.MQTT.Message($("payload").value);
    message.destinationName = $("topic").value;
    message.qos = Number($("publish-qos").value);
    message.retained = $("retain").checked;
    client.send(message);
  });

  $("host").value = location.hostname;
  if (location.port && location.port !== "8000") $("port").value = location.port;
})();
