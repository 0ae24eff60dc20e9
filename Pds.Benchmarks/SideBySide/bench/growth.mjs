// What a write costs as a repository grows: node growth.mjs URL [1000,100000,1000000]. Rate limits must be off.
import { Conn } from './http.mjs'

const [base, sizes = '1000,100000,1000000'] = process.argv.slice(2)
const { hostname, port, host } = new URL(base)
const conn = new Conn(hostname, Number(port))

async function call(method, body, token) {
  const text = JSON.stringify(body)
  const head = `POST /xrpc/${method} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n`
    + `${token ? `authorization: Bearer ${token}\r\n` : ''}content-length: ${Buffer.byteLength(text)}\r\n\r\n`
  const answer = await conn.request(head, Buffer.from(text))
  if (answer.status !== 200) throw new Error(`${method}: ${answer.status} ${answer.body}`)
  return JSON.parse(answer.body)
}

const name = `grow${Date.now().toString(36)}`
const account = await call('com.atproto.server.createAccount', {
  handle: `${name}.test`, email: `${name}@mail.test`, password: 'a password for growing',
})
const value = (i) => ({ $type: 'app.bsky.feed.post', text: `post ${i}`, createdAt: '2024-01-01T00:00:00.000Z' })
const create = (i) => ({ $type: 'com.atproto.repo.applyWrites#create', collection: 'app.bsky.feed.post', value: value(i) })

let count = 0
for (const size of sizes.split(',').map(Number)) {
  const started = performance.now()
  const before = count
  while (count < size) {
    const writes = []
    while (writes.length < 200 && count < size) writes.push(create(count++))
    await call('com.atproto.repo.applyWrites', { repo: account.did, writes }, account.accessJwt)
  }
  const rate = (count - before) / (performance.now() - started) * 1000

  // The median says what a write costs; the first ones find the state warm, for the writes before have left it so.
  const times = []
  for (let i = 0; i < 400; i++, count++) {
    const at = performance.now()
    await call('com.atproto.repo.createRecord', { repo: account.did, collection: 'app.bsky.feed.post', record: value(count) }, account.accessJwt)
    times.push(performance.now() - at)
  }
  times.sort((a, b) => a - b)
  console.log(`${size} records: ${rate.toFixed(0)} records/s in batches of 200, one write p50 ${times[200].toFixed(2)} ms, p99 ${times[396].toFixed(2)} ms`)
}
console.log(account.did)
conn.close()
