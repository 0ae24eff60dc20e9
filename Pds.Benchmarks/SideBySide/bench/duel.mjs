// Which of several builds or settings of this server is faster: short bursts at each in turn, so that a machine whose speed drifts
// does so for all of them. Start them at the same moment, each on a folder and port of its own: an older database is slower.
//   node duel.mjs SCENARIO ROUNDS MS A/run.json B/run.json …        (WARM: milliseconds for each beforehand)
import { scenarios } from './scenarios.mjs'
import { inTurn, openServer } from './servers.mjs'

const [id, rounds, ms, ...files] = process.argv.slice(2)
const scenario = scenarios.find((s) => s.id === id)
if (!scenario || files.length < 2) throw new Error('node duel.mjs SCENARIO ROUNDS MS A/run.json B/run.json …')

const servers = []
for (const file of files) servers.push({ ...await openServer(file), rates: [], cpu: [] })

const burst = ({ world, meter }, warmMs, runMs) => scenario.run({ world, meter: meter(), warmMs, ms: runMs, bigRepo: 10_000 })

for (const server of servers) await burst(server, 200, Number(process.env.WARM ?? 6000))
await inTurn(servers, Number(rounds), async (server) => {
  const m = await burst(server, 150, Number(ms))
  server.rates.push(m.opsPerSec)
  server.cpu.push((1000 * m.serverCpuSeconds) / m.ops)
})

const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length
// The ratio to the first, by round, with its standard error.
function against(first, list) {
  const logs = list.map((x, i) => Math.log(x / first[i]))
  const middle = mean(logs)
  const error = Math.sqrt(mean(logs.map((x) => (x - middle) ** 2)) / Math.max(1, logs.length - 1))
  return `x${Math.exp(middle).toFixed(3)} ±${(100 * error).toFixed(1)} %`
}
for (const { folder, rates, cpu } of servers) {
  console.log(`${folder.padEnd(12)} ${mean(rates).toFixed(0)}/s (${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)})  ` +
    `rate ${against(servers[0].rates, rates)}  CPU ${mean(cpu).toFixed(3)} ms ${against(servers[0].cpu, cpu)}`)
}
process.exit(0)
