// The servers that are measured, each by the run.json that it writes at its start:
//   { name, url, publicUrl, plcUrl, adminPassword, pids: { web: …, … }, plcPid, versions }
import fs from 'node:fs'
import path from 'node:path'
import { Meter } from './measure.mjs'
import { World } from './world.mjs'

export async function openServer(file) {
  const target = JSON.parse(fs.readFileSync(file, 'utf8'))
  if (!/^(127\.|localhost$|\[::1\])/.test(new URL(target.url).hostname)) throw new Error(`only loopback targets are allowed, not ${target.url}`)
  const world = new World({ ...target, emailDomain: 'bench-mail.com' })
  await world.init()
  const roots = Object.values(target.pids ?? {})
  return {
    name: target.name ?? target.url, folder: path.basename(path.dirname(path.resolve(file))), target, world, roots,
    meter: () => new Meter(roots, target.plcPid ? [target.plcPid] : []),
  }
}

// Each server once in every round, and none always first: f(server, round).
export async function inTurn(servers, rounds, f) {
  for (let round = 0; round < rounds; round++) {
    for (const server of round % 2 ? servers.toReversed() : servers) await f(server, round)
  }
}
