// What subscribers of the firehose cost who only listen: memory for each, and CPU for each event that each is sent.
//   node subscribers.mjs RUN.json [COUNT]
// RUN.json is the target file of the bench.
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Subscriber } from './firehose.mjs'
import { World } from './world.mjs'
import * as proc from './proc.mjs'

const target = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
const count = Number(process.argv[3] ?? 500)
const world = new World({ ...target, emailDomain: 'bench-mail.com' })
await world.init()
await world.need(1)
const web = [target.pids.web ?? target.pids.pds]
const write = () => world.client.call(world.applyHead(world.accounts[0], world.creates(10)))

// The code is compiled before anything is measured.
const warm = Array.from({ length: 20 }, () => new Subscriber(target.url))
await Promise.all(warm.map((s) => s.ready))
for (let i = 0; i < 200; i++) await write()
warm.forEach((s) => s.close())
await sleep(2000)

const before = proc.rss(web)
const subscribers = Array.from({ length: count }, () => new Subscriber(target.url))
await Promise.all(subscribers.map((s) => s.ready))
await sleep(2000)
console.log(`memory of a subscriber: ${Math.round((proc.rss(web) - before) / count / 1000)} kB (${count} of them)`)

const idle = proc.cpu(web)
await sleep(5000)
const resting = (proc.cpu(web) - idle) / 5
const started = proc.cpu(web), from = performance.now()
for (let i = 0; i < 100; i++) await write()
await sleep(1000)
const cpu = proc.cpu(web) - started - (resting * (performance.now() - from)) / 1000
const frames = subscribers.reduce((sum, s) => sum + s.frames, 0)
const bytes = subscribers.reduce((sum, s) => sum + s.bytes, 0)
console.log(`an event sent to a subscriber: ${((1e6 * cpu) / frames).toFixed(1)} us of CPU, the writes included, and ${Math.round(bytes / frames)} bytes (${frames} of them)`)
console.log(`${count} subscribers at rest: ${(1000 * resting).toFixed(1)} ms of CPU a second`)
subscribers.forEach((s) => s.close())
process.exit(0)
