// What every witness shares: where the server is, how to make an account, and a tiny reporter.
import { randomBytes } from 'node:crypto'
import { AtpAgent } from '@atproto/api'
import { IdResolver } from '@atproto/identity'

export const service = process.env.PDS_URL?.replace(/\/$/, '')
export const plcUrl = process.env.PLC_URL?.replace(/\/$/, '')
if (!service || !plcUrl) throw new Error('PDS_URL and PLC_URL say where the server and its PLC directory are')

export const idResolver = new IdResolver({ plcUrl, fetch: globalThis.fetch })

export async function createAccount() {
  const agent = new AtpAgent({ service })
  const { data } = await agent.com.atproto.server.describeServer()
  const name = 'w' + randomBytes(6).toString('hex')
  const handle = name + data.availableUserDomains[0]
  const password = randomBytes(12).toString('hex')
  const email = `${name}@example.com`
  await agent.createAccount({ handle, email, password })
  return { agent, handle, email, password, did: agent.assertDid }
}

export function step(name) {
  console.log(`ok - ${name}`)
}

// A 1×1 PNG.
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64')

export const post = (text, more = {}) => ({
  $type: 'app.bsky.feed.post', text, createdAt: new Date().toISOString(), ...more,
})
