// @atcute/oauth-node-client, written by others than the reference, who knows no server but by https: the same doors, behind a
// proxy with a certificate.
import assert from 'node:assert/strict'
import { Client } from '@atcute/client'
import {
  CompositeDidDocumentResolver, LocalActorResolver, PlcDidDocumentResolver, XrpcHandleResolver,
} from '@atcute/identity-resolver'
import { MemoryStore, OAuthClient } from '@atcute/oauth-node-client'
import { listen, serveSecurely } from './apps.mjs'
import { answer, openBrowser, openProfile } from './browser.mjs'
import { createAccount, plcUrl, service, step } from './world.mjs'

const account = await createAccount()
const app = await listen()
const host = process.env.PDS_HOST
const front = await serveSecurely(service)

// The name leads to this machine.
const viaLoopback = (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input)
  if (url.host !== host) return fetch(input, init)
  const here = `${service}${url.pathname}${url.search}`
  return fetch(input instanceof Request ? new Request(here, input) : here, init)
}

const oauth = new OAuthClient({
  fetch: viaLoopback,
  metadata: { redirect_uris: [`http://127.0.0.1:${app.port}/callback`], scope: ['atproto', 'repo:app.bsky.feed.post'] },
  stores: { sessions: new MemoryStore(), states: new MemoryStore() },
  actorResolver: new LocalActorResolver({
    handleResolver: new XrpcHandleResolver({ serviceUrl: service }),
    didDocumentResolver: new CompositeDidDocumentResolver({
      methods: { plc: new PlcDidDocumentResolver({ apiUrl: plcUrl }) },
    }),
  }),
})
const browser = await openBrowser({ [host]: front.port })

try {
  const page = await openProfile(browser)
  const { url } = await oauth.authorize({ target: { type: 'account', identifier: account.handle }, state: { to: '/' } })
  const { at } = await answer(page, url.href, { account: { ...account, identifier: account.email } })
  const { session, state } = await oauth.callback(at.searchParams)
  assert.equal(session.did, account.did)
  assert.deepEqual(state, { to: '/' })
  step('an independent client signs a person in')

  const client = new Client({ handler: session })
  const create = (collection, record) => client.post('com.atproto.repo.createRecord', {
    input: { repo: account.did, collection, record: { $type: collection, createdAt: new Date().toISOString(), ...record } },
  })
  assert.equal((await create('app.bsky.feed.post', { text: 'from elsewhere' })).ok, true)
  const refused = await create('app.bsky.graph.follow', { subject: account.did })
  assert.equal(refused.status, 403)
  assert.equal(refused.data.error, 'ScopeMissingError')
  step('it does what it was allowed, and nothing else')

  await session.getTokenInfo(true)
  const again = new Client({ handler: await oauth.restore(account.did) })
  assert.equal((await again.get('com.atproto.server.getSession')).data.did, account.did)
  await session.signOut()
  await assert.rejects(() => oauth.restore(account.did))
  step('it refreshes, restores and signs out')
} finally {
  await browser.close()
  app.close()
  front.close()
}
