const { DatabaseSync } = require('node:sqlite')

const codes = { 5: 'SQLITE_BUSY', 6: 'SQLITE_LOCKED', 517: 'SQLITE_BUSY_SNAPSHOT', 1555: 'SQLITE_CONSTRAINT_PRIMARYKEY', 2067: 'SQLITE_CONSTRAINT_UNIQUE' }
const named = (work) => {
  try {
    return work()
  } catch (error) {
    if (error.code === 'ERR_SQLITE_ERROR') error.code = codes[error.errcode] ?? 'SQLITE_ERROR'
    throw error
  }
}
const plain = (row) => {
  for (const name in row) if (row[name] instanceof Uint8Array) row[name] = Buffer.from(row[name])
  return row
}
const bound = (values) => values.map((value) => (typeof value === 'boolean' ? Number(value) : value))

class Statement {
  constructor(statement) {
    this.statement = statement
    this.reader = statement.columns().length > 0
  }
  all(values) {
    return named(() => this.statement.all(...bound(values)).map(plain))
  }
  run(values) {
    return named(() => this.statement.run(...bound(values)))
  }
  *iterate(values) {
    for (const row of this.statement.iterate(...bound(values))) yield plain(row)
  }
}

module.exports = class Database {
  constructor(location, { timeout = 0 } = {}) {
    this.db = new DatabaseSync(location, { timeout })
  }
  prepare(sql) {
    return new Statement(named(() => this.db.prepare(sql)))
  }
  pragma(text) {
    return named(() => this.db.prepare(`PRAGMA ${text}`).all())
  }
  close() {
    this.db.close()
  }
}
