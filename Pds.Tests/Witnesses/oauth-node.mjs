// @atproto/oauth-client-node, as it comes: a loopback client and web apps with keys, through the real pages in Chromium.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { Agent } from '@atproto/api'
import { OAuthCallbackError, TokenRefreshError } from '@atproto/oauth-client-node'
import {
  appHost, confidentialClient, listen, loopbackClient, memoryStore, parameters, serveApps,
} from './apps.mjs'
import { answer, openBrowser, openProfile } from './browser.mjs'
import { createAccount, png, post, service, step } from './world.mjs'

const [alice, bob] = [await createAccount(), await createAccount()]
const as = (account) => ({ identifier: account.handle, password: account.password, handle: account.handle })
const loopback = await listen()
const inline = await confidentialClient('inline')
const hosted = await confidentialClient('hosted', { jwksUri: true })
const granular = await confidentialClient('granular', {
  scope: 'atproto repo:app.bsky.feed.post?action=create blob:image/*',
})
const apps = await serveApps(inline, hosted, granular)
const browser = await openBrowser({ [appHost]: apps.port })

try {
  const page = await openProfile(browser)

  // A loopback client, whose every byte of identity is its query string.
  const stores = { state: memoryStore(), session: memoryStore() }
  const local = loopbackClient(loopback.port, 'atproto transition:generic', stores)
  {
    const { at } = await answer(page, (await local.authorize(alice.handle, { state: 'mine' })).href, { account: as(alice) })
    assert.equal(at.searchParams.get('iss'), service)
    const { session, state } = await local.callback(parameters(at))
    assert.equal(session.did, alice.did)
    assert.equal(state, 'mine')
    const agent = new Agent(session)
    const written = await agent.post({ text: 'from an app' })
    const { data } = await agent.com.atproto.repo.getRecord({
      repo: alice.did, collection: 'app.bsky.feed.post', rkey: written.uri.split('/').at(-1),
    })
    assert.equal(data.value.text, 'from an app')
    const own = await agent.com.atproto.server.getSession()
    assert.equal(own.data.did, alice.did)
    assert.equal(own.data.email, undefined)
    step('a loopback client signs a person in and writes, and is not told the address')
  }

  {
    const before = stores.session.items.get(alice.did).tokenSet
    const session = await local.restore(alice.did, true)
    const after = stores.session.items.get(alice.did).tokenSet
    assert.notEqual(after.access_token, before.access_token)
    assert.notEqual(after.refresh_token, before.refresh_token)
    assert.equal((await new Agent(session).com.atproto.server.getSession()).data.did, alice.did)
    step('the session is refreshed')

    const reopened = loopbackClient(loopback.port, 'atproto transition:generic', stores)
    const again = await reopened.restore(alice.did)
    await new Agent(again).post({ text: 'after a restart' })
    step('the session is restored by another process of the app')

    // Somebody presents the refresh token of before: the session is over, for the thief and for the app.
    const copy = (tokenSet) => {
      const session = memoryStore()
      session.items.set(alice.did, { ...stores.session.items.get(alice.did), tokenSet })
      return loopbackClient(loopback.port, 'atproto transition:generic', { state: memoryStore(), session })
    }
    const current = copy(after)
    await assert.rejects(() => copy(before).restore(alice.did, true), TokenRefreshError)
    const own = await current.restore(alice.did, false)
    await assert.rejects(() => new Agent(own).com.atproto.server.getSession())
    await assert.rejects(() => current.restore(alice.did, true))
    step('a stolen refresh token ends the session')
  }

  {
    const { at } = await answer(page, (await local.authorize(service)).href, { account: as(alice), deny: true })
    await assert.rejects(() => local.callback(parameters(at)), (e) => {
      assert.ok(e instanceof OAuthCallbackError)
      assert.equal(e.params.get('error'), 'access_denied')
      assert.equal(e.params.get('iss'), service)
      return true
    })
    step('a person denies, and the app is told so')
  }

  for (const app of [inline, hosted]) {
    const first = await answer(page, (await app.client.authorize(alice.handle)).href, { account: as(alice) })
    const { session } = await app.client.callback(parameters(first.at))
    const agent = new Agent(session)
    const upload = await agent.uploadBlob(png, { encoding: 'image/png' })
    assert.equal(upload.data.blob.mimeType, 'image/png')
    await app.client.restore(alice.did, true)
    assert.ok(first.seen.includes('consent'))
    step(`a web app with ${app.jwksUri ? 'hosted' : 'inline'} keys signs a person in, writes and refreshes`)

    // The browser knows the person, and the person has agreed to just this before.
    const second = await answer(page, (await app.client.authorize(alice.handle)).href, { account: as(alice) })
    assert.deepEqual(second.seen, [], 'nothing to ask')
    await app.client.callback(parameters(second.at))
    step('the second time there is nothing to ask')
  }

  {
    const { at, seen } = await answer(page, (await inline.client.authorize(bob.handle)).href, { account: as(bob), other: true })
    assert.ok(seen.includes('sign-in'), seen.join(' → '))
    const { session } = await inline.client.callback(parameters(at))
    assert.equal(session.did, bob.did)
    const choice = await answer(
      page, (await inline.client.authorize(service, { prompt: 'select_account' })).href, { account: as(alice) })
    assert.ok(choice.seen.includes('choose'), choice.seen.join(' → '))
    assert.equal((await inline.client.callback(parameters(choice.at))).session.did, alice.did)
    step('several accounts live on one device, and the person chooses')
  }

  {
    const url = await inline.client.authorize(alice.handle, { prompt: 'none' })
    const { at, seen } = await answer(page, url.href, { account: as(alice) })
    assert.deepEqual(seen, [])
    assert.equal((await inline.client.callback(parameters(at))).session.did, alice.did)

    const stranger = await openProfile(browser)
    const silent = await answer(stranger, (await inline.client.authorize(alice.handle, { prompt: 'none' })).href, {})
    await assert.rejects(() => inline.client.callback(parameters(silent.at)), (e) => e.params.get('error') === 'login_required')
    await stranger.browserContext().close()
    step('prompt=none is silent where it can be, and login_required where it cannot')
  }

  {
    const { at } = await answer(page, (await granular.client.authorize(alice.handle)).href, { account: as(alice) })
    const { session } = await granular.client.callback(parameters(at))
    const agent = new Agent(session)
    const written = await agent.post({ text: 'allowed' })
    const rkey = written.uri.split('/').at(-1)
    await agent.uploadBlob(png, { encoding: 'image/png' })
    const refusals = [
      () => agent.com.atproto.repo.deleteRecord({ repo: alice.did, collection: 'app.bsky.feed.post', rkey }),
      () => agent.com.atproto.repo.putRecord({ repo: alice.did, collection: 'app.bsky.feed.post', rkey, record: post('no') }),
      () => agent.like(written.uri, written.cid),
      () => agent.uploadBlob(png, { encoding: 'video/mp4' }),
    ]
    for (const refusal of refusals) {
      await assert.rejects(refusal, (e) => e.status === 403 && e.error === 'ScopeMissingError')
    }
    step('granular scopes allow just what they say')
  }

  {
    const session = await hosted.client.restore(alice.did)
    const tokens = hosted.stores.session.items.get(alice.did).tokenSet
    await session.signOut()
    await assert.rejects(() => hosted.client.restore(alice.did))
    const alone = await fetch(`${service}/xrpc/com.atproto.server.getSession`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    assert.equal(alone.ok, false)
    step('a session that is signed out is over')
  }

  {
    const guest = await openProfile(browser)
    const name = `new${randomBytes(5).toString('hex')}`
    const signUp = { name, email: `${name}@example.com`, password: randomBytes(12).toString('hex') }
    const { at, seen } = await answer(guest, (await inline.client.authorize(service, { prompt: 'create' })).href, { signUp })
    assert.ok(seen.includes('sign-up') && seen.includes('consent'), seen.join(' → '))
    const { session } = await inline.client.callback(parameters(at))
    const { data } = await new Agent(session).com.atproto.server.getSession()
    assert.ok(data.handle.startsWith(name))
    step('a person signs up on the way into an app')
  }
} finally {
  await browser.close()
  loopback.close()
  apps.close()
}
