// MQTT.js against a broker: QoS 0, 1, 2, retained, will, session resume. Usage: node mqttjs_round_trip.js URL
// Prints one line per step; a failed step ends the program with status 1.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import mqtt from 'mqtt'

const url = process.argv[2]
const patience = 10000 * Number(process.env.NIGHTJAR_SLOW || 1)

async function connect(clientId, options = {}) {
  const client = mqtt.connect(url, { clientId, protocolVersion: 4, reconnectPeriod: 0, ...options })
  const inbox = []
  const waiting = []
  client.on('message', (topic, payload, packet) => {
    const message = { topic, payload: payload.toString(), qos: packet.qos, retain: packet.retain }
    const taker = waiting.shift()
    if (taker) taker(message)
    else inbox.push(message)
  })
  client.next = () => (inbox.length ? Promise.resolve(inbox.shift()) : new Promise((resolve) => waiting.push(resolve)))
  const [connack] = await once(client, 'connect')
  client.sessionPresent = connack.sessionPresent
  return client
}

async function eachQos() {
  const reader = await connect('js-reader')
  const publisher = await connect('js-publisher')
  const [granted] = await reader.subscribeAsync('js/#', { qos: 2 })
  assert.equal(granted.qos, 2)
  for (const qos of [0, 1, 2]) {
    await publisher.publishAsync(`js/${qos}`, `hello ${qos}`, { qos })
    assert.deepEqual(await reader.next(), { topic: `js/${qos}`, payload: `hello ${qos}`, qos, retain: false })
  }
  await publisher.endAsync()
  await reader.endAsync()
}

async function retained() {
  const client = await connect('js-retained')
  await client.publishAsync('js-kept', 'kept', { qos: 1, retain: true })
  await client.subscribeAsync('js-kept', { qos: 1 })
  assert.deepEqual(await client.next(), { topic: 'js-kept', payload: 'kept', qos: 1, retain: true })
  await client.publishAsync('js-kept', '', { qos: 1, retain: true })
  await client.endAsync()
}

async function will() {
  const watcher = await connect('js-watcher')
  await watcher.subscribeAsync('js-will')
  const dying = await connect('js-dying', { will: { topic: 'js-will', payload: Buffer.from('gone'), qos: 1 } })
  dying.stream.destroy()
  assert.equal((await watcher.next()).payload, 'gone')
  await watcher.endAsync()
}

async function sessionResume() {
  const first = await connect('js-session', { clean: false })
  assert.equal(first.sessionPresent, false)
  await first.subscribeAsync('js-session', { qos: 2 })
  await first.endAsync()
  const publisher = await connect('js-publisher')
  for (const qos of [1, 2]) await publisher.publishAsync('js-session', `away ${qos}`, { qos })
  await publisher.endAsync()
  const again = await connect('js-session', { clean: false })
  assert.equal(again.sessionPresent, true)
  for (const qos of [1, 2]) {
    assert.deepEqual(await again.next(), { topic: 'js-session', payload: `away ${qos}`, qos, retain: false })
  }
  await again.endAsync()
}

const alarm = setTimeout(() => {
  console.error('a step took too long')
  process.exit(1)
}, patience)

try {
  for (const step of [eachQos, retained, will, sessionResume]) {
    await step()
    console.log(`done: ${step.name}`)
  }
  clearTimeout(alarm)
} catch (error) {
  console.error(error)
  process.exit(1)
}
