// Which of several builds or settings of this server is faster: short bursts at each in turn, so that a machine whose speed drifts
// does so for all of them. Start them at the same moment, each on a folder and port of its own: an older database is slower.
//   node duel.mjs SCENARIO ROUNDS MS A/run.json B/run.json …        (WARM: milliseconds for each beforehand)
import fs from 'node:fs'
import path from 'node:path'
import { Meter } from './measure.mjs'
import { scenarios } from './scenarios.mjs'
import { World } from './world.mjs'

const [id, rounds, ms, ...files] = process.argv.slice(2)
const scenario = scenarios.find((s) => s.id === id)
if (!scenario || files.length < 2) throw new Error('node duel.mjs SCENARIO ROUNDS MS A/run.json B/run.json …')

const servers = []
for (const file of files) {
  const target = JSON.parse(fs.readFileSync(file, 'utf8'))
  const world = new World({ ...target, emailDomain: 'bench-mail.com' })
  await world.init()
  servers.push({ name: path.basename(path.dirname(path.resolve(file))), target, world, rates: [], cpu: [] })
}

async function burst({ target, world }, warmMs, runMs) {
  const meter = new Meter(Object.values(target.pids ?? {}), target.plcPid ? [target.plcPid] : [])
  return scenario.run({ world, meter, warmMs, ms: runMs, bigRepo: 10_000 })
}

for (const server of servers) await burst(server, 200, Number(process.env.WARM ?? 6000))
for (let round = 0; round < Number(rounds); round++) {
  for (const server of round % 2 ? servers.toReversed() : servers) {
    const m = await burst(server, 150, Number(ms))
    server.rates.push(m.opsPerSec)
    server.cpu.push((1000 * m.serverCpuSeconds) / m.ops)
  }
}

const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length
// The ratio to the first, by round, with its standard error.
function against(first, list) {
  const logs = list.map((x, i) => Math.log(x / first[i]))
  const middle = mean(logs)
  const error = Math.sqrt(mean(logs.map((x) => (x - middle) ** 2)) / Math.max(1, logs.length - 1))
  return `x${Math.exp(middle).toFixed(3)} ±${(100 * error).toFixed(1)} %`
}
for (const { name, rates, cpu } of servers) {
  console.log(`${name.padEnd(12)} ${mean(rates).toFixed(0)}/s (${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)})  ` +
    `rate ${against(servers[0].rates, rates)}  CPU ${mean(cpu).toFixed(3)} ms ${against(servers[0].cpu, cpu)}`)
}
process.exit(0)
