// The small page of the NodeMCU systems, written as theirs were: Paho by its old name, no modules.
"use strict";
/* global Paho */
(function () {
  const $ = (id) => document.getElementById(id);
  let client = null;

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

  onSubmit("connect", () => {
    client = new Paho.MQTT.Client($("host").value, Number($("port").value), `iot-${Math.random().toString(16).slice(2, 10)}`);
    client.onConnectionLost = (e) => state(e.errorCode === 0 ? "disconnected" : `lost: ${e.errorMessage}`, "lost");
    client.onMessageArrived = (m) => show(m.destinationName, m.payloadBytes);
    client.connect({
      mqttVersion: 4,
      onSuccess: () => state("connected", "connected"),
      onFailure: (e) => state(`failed: ${e.errorMessage}`, "failed"),
    });
    state("connecting", "connecting");
  });
  onSubmit("subscribe", () => client.subscribe($("filter").value));
  onSubmit("publish", () => {
    const message = new Paho.MQTT.Message($("payload").value);
    message.destinationName = $("topic").value;
    client.send(message);
  });

  $("host").value = location.hostname;
  if (location.port && location.port !== "8000") $("port").value = location.port;
})();
