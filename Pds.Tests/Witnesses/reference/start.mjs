// The reference server as its package has it, set up by its variables, on this machine's own address alone.
import net from 'node:net'
import { PDS } from '@atproto/pds'

const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (port, ...rest) {
  if (typeof port === 'number' && typeof rest[0] !== 'string') rest.unshift('127.0.0.1')
  return listen.call(this, port, ...rest)
}

await PDS.run()
