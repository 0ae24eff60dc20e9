// Looks at pages as people do: on a phone and on a desk, light and dark; axe must find nothing, nothing may run over the
// edge, no text may be missing, and no page may try what its policy forbids. Pictures go to PAGES_FOLDER where that is set.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { openBrowser, openProfile } from './browser.mjs'

export const base = process.env.PDS_URL.replace(/\/$/, '')
export const folder = process.env.PAGES_FOLDER
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const browser = await openBrowser()
const problems = []
const views = [360, 1280].flatMap((width) => ['light', 'dark'].map((scheme) => ({ width, scheme })))

/** A browser of its own, which remembers nothing of the others. */
export async function open() {
  const page = await openProfile(browser)
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) problems.push(`${page.url()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => problems.push(`${page.url()}: ${error}`))
  return page
}

/** Texts that are the names of texts, which is what a page shows where it has none. */
function findKeys() {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const found = []
  while (texts.nextNode()) {
    if (/^[A-Z][A-Za-z]+(\.[A-Z][A-Za-z]*)+$/.test(texts.currentNode.data.trim())) found.push(texts.currentNode.data.trim())
  }
  return found
}

/** Looks at the page as it is, in every size and light. */
export async function look(page, name, wanted = 200) {
  if (page.status !== undefined && page.status !== wanted) problems.push(`${name}: answered ${page.status}`)
  for (const key of await page.evaluate(findKeys)) problems.push(`${name}: there is no text ${key}`)
  for (const { width, scheme } of views) {
    await page.setViewport({ width, height: 800 })
    await page.emulateMediaFeatures([
      { name: 'prefers-color-scheme', value: scheme }, { name: 'prefers-reduced-motion', value: 'reduce' },
    ])
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    if (over > 0) problems.push(`${name} ${width}: ${over} pixels over the edge`)
    // The policy of the page holds for axe too; a debugger is let past it.
    await page.evaluate(axe)
    const { violations } = await page.evaluate(() => window.axe.run())
    for (const found of violations) {
      problems.push(`${name} ${width} ${scheme}: ${found.id}: ${found.nodes.map((node) => node.html + ' ' + node.failureSummary).join('; ')}`)
    }

    if (folder) await page.screenshot({ path: join(folder, `${name}-${width}-${scheme}.png`), fullPage: true })
  }
}

export async function go(page, path) {
  const answer = await page.goto(path.startsWith('http') ? path : base + path, { waitUntil: 'load' })
  page.status = answer.status()
}

export async function press(page, selector) {
  const [answer] = await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), page.$(selector).then((element) => element.press('Enter'))])
  page.status = answer.status()
}

export async function fill(page, values) {
  for (const [name, value] of Object.entries(values)) {
    await page.$eval(`[name="${name}"]`, (field) => { field.value = '' })
    await page.type(`[name="${name}"]`, value)
  }
}

/** Says what has been seen to be right. */
export const ok = (what) => console.log(`ok - ${what}`)

/** Ends the visit; what was wrong on any page ends the process. */
export async function close() {
  await browser.close()
  if (problems.length > 0) {
    console.error([...new Set(problems)].join('\n'))
    process.exit(1)
  }
}
