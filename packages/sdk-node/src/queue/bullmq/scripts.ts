import { NOT_WAITED_FOR } from '../not-waited-for.js';

/**
 * Every operation is one Lua script: Redis runs it alone and writes it to the append-only file as a whole.
 *
 * Keys, all below the prefix in KEYS[1]:
 * - `message:<event> <transaction id>`: the identity, kept for ever.
 * - `delivery:<seq>`: what is not delivered yet.
 * - `due:<destination>`: what may be claimed, by time: next attempt, or the end of its lease.
 * - `chain:<destination> <event> <transaction id>`: the undelivered messages of one transaction; only the first is in `due`.
 *   An update that was dead when it was accepted joins it when it is replayed: until then nobody waits for it.
 * - `state:<state>` and `state:all`: numbers for listing; `count:<destination>`: how many of each state.
 * - `dead`: which number a dead delivery's id has.
 *
 * Numbers of deliveries have leading zeros, so that equal times are in the order of acceptance. Times travel as text: Lua
 * would print large ones with an exponent.
 */
const PRELUDE = `
local p = KEYS[1]
local function delivery(seq) return p .. ':delivery:' .. seq end
local function due(destination) return p .. ':due:' .. destination end
local function chain(destination, event, transaction)
  return p .. ':chain:' .. destination .. ' ' .. event .. ' ' .. transaction
end
local function leave(seq, destination, state)
  redis.call('ZREM', p .. ':state:' .. state, seq)
  redis.call('HINCRBY', p .. ':count:' .. destination, state, -1)
end
local function enter(seq, destination, state)
  redis.call('HSET', delivery(seq), 'state', state)
  redis.call('ZADD', p .. ':state:' .. state, seq, seq)
  redis.call('HINCRBY', p .. ':count:' .. destination, state, 1)
end
local function schedule(seq, destination, at)
  redis.call('HSET', delivery(seq), 'dueAt', at)
  redis.call('ZADD', due(destination), at, seq)
end
local function bury(seq, destination, id, answer)
  enter(seq, destination, 'dead')
  redis.call('HSET', delivery(seq), 'answer', answer)
  redis.call('HDEL', delivery(seq), 'dueAt')
  redis.call('ZREM', due(destination), seq)
  redis.call('HSET', p .. ':dead', id, seq)
end
local function forget(seq, list)
  redis.call('DEL', delivery(seq))
  redis.call('ZREM', p .. ':state:all', seq)
  local head = redis.call('LINDEX', list, 0)
  redis.call('LREM', list, 1, seq)
  local next = redis.call('LINDEX', list, 0)
  if head ~= seq or not next then return end
  local row = redis.call('HMGET', delivery(next), 'state', 'destination', 'createdAt')
  if row[1] == 'pending' then schedule(next, row[2], row[3]) end
end
local function join(seq, list)
  for _, other in ipairs(redis.call('LRANGE', list, 0, -1)) do
    if other > seq then return redis.call('LINSERT', list, 'BEFORE', other, seq) end
  end
  redis.call('RPUSH', list, seq)
end
local function held(seq, id, fence)
  local row = redis.call('HMGET', delivery(seq), 'id', 'fence', 'state', 'destination', 'event', 'transactionId', 'createdAt')
  if row[1] == id and row[2] == fence and row[3] == 'inFlight' then return row end
  return nil
end
`;

/**
 * ARGV: kind, event, transaction id, message id, created at, destinations, then id, destination, body, state, answer and
 * step of each delivery.
 */
const enqueue = `
local kind, event, transaction, id, createdAt = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
if kind == 'created' then
  local message = p .. ':message:' .. event .. ' ' .. transaction
  local first = redis.call('HMGET', message, 'id', 'createdAt', 'destinations')
  if first[1] then return first end
  redis.call('HSET', message, 'id', id, 'createdAt', createdAt, 'destinations', ARGV[6])
end
for i = 7, #ARGV, 6 do
  local destination = ARGV[i + 1]
  local seq = string.format('%016d', redis.call('INCR', p .. ':seq'))
  redis.call('HSET', delivery(seq), 'id', ARGV[i], 'destination', destination, 'event', event,
    'transactionId', transaction, 'body', ARGV[i + 2], 'createdAt', createdAt, 'attempt', 0, 'step', ARGV[i + 5], 'fence', 0)
  redis.call('ZADD', p .. ':state:all', seq, seq)
  local place
  if ARGV[i + 5] ~= '${NOT_WAITED_FOR}' then place = redis.call('RPUSH', chain(destination, event, transaction), seq) end
  if ARGV[i + 3] == 'dead' then
    bury(seq, destination, ARGV[i], ARGV[i + 4])
  else
    enter(seq, destination, 'pending')
    if place == 1 then schedule(seq, destination, createdAt) end
  end
end
return false`;

/** ARGV: destination, now, limit, end of the lease. */
const claim = `
local destination, claimed = ARGV[1], {}
for _, seq in ipairs(redis.call('ZRANGEBYSCORE', due(destination), '-inf', ARGV[2], 'LIMIT', 0, ARGV[3])) do
  local key = delivery(seq)
  leave(seq, destination, redis.call('HGET', key, 'state'))
  enter(seq, destination, 'inFlight')
  schedule(seq, destination, ARGV[4])
  local attempt, fence = redis.call('HINCRBY', key, 'attempt', 1), redis.call('HINCRBY', key, 'fence', 1)
  local row = redis.call('HMGET', key, 'id', 'event', 'transactionId', 'body', 'step', 'createdAt')
  claimed[#claimed + 1] = { seq, row[1], row[2], row[3], row[4], row[5], row[6], attempt, fence }
end
return claimed`;

/** ARGV, of each settlement: seq, id, fence, outcome, at, step, answer. */
const settle = `
local applied = {}
for i = 1, #ARGV, 7 do
  local seq, outcome = ARGV[i], ARGV[i + 3]
  local row = held(seq, ARGV[i + 1], ARGV[i + 2])
  applied[#applied + 1] = row and 1 or 0
  if row then
    local key, destination, createdAt = delivery(seq), row[4], row[7]
    leave(seq, destination, 'inFlight')
    if outcome == 'delivered' then
      redis.call('ZREM', due(destination), seq)
      forget(seq, chain(destination, row[5], row[6]))
    elseif outcome == 'dead' then
      bury(seq, destination, row[1], ARGV[i + 6])
    elseif outcome == 'retry' then
      enter(seq, destination, 'pending')
      schedule(seq, destination, ARGV[i + 4])
      redis.call('HSET', key, 'step', ARGV[i + 5], 'answer', ARGV[i + 6])
    else
      enter(seq, destination, 'pending')
      schedule(seq, destination, createdAt)
      redis.call('HINCRBY', key, 'attempt', -1)
    end
  end
end
return applied`;

/** ARGV: end of the leases, then seq, id and fence of each. */
const extend = `
local extended = {}
for i = 2, #ARGV, 3 do
  local row = held(ARGV[i], ARGV[i + 1], ARGV[i + 2])
  if row then schedule(ARGV[i], row[4], ARGV[1]) end
  extended[#extended + 1] = row and 1 or 0
end
return extended`;

/** ARGV: destinations. */
const nextDue = `
local times = {}
for _, destination in ipairs(ARGV) do
  local first = redis.call('ZRANGE', due(destination), 0, 0, 'WITHSCORES')
  if first[2] then times[#times + 1] = first[2] end
end
return times`;

/** ARGV: destinations. */
const counts = `
local counted = {}
for _, destination in ipairs(ARGV) do
  counted[#counted + 1] = redis.call('HMGET', p .. ':count:' .. destination, 'pending', 'inFlight', 'dead')
end
return counted`;

/** ARGV: state or `all`, the number after which the page begins, limit. */
const list = `
local rows = {}
for _, seq in ipairs(redis.call('ZRANGEBYSCORE', p .. ':state:' .. ARGV[1], '(' .. ARGV[2], '+inf', 'LIMIT', 0, ARGV[3])) do
  local row = redis.call('HMGET', delivery(seq), 'id', 'destination', 'event', 'transactionId', 'body', 'createdAt',
    'attempt', 'dueAt', 'answer', 'state')
  table.insert(row, 1, seq)
  rows[#rows + 1] = row
end
return rows`;

/** ARGV: now, then ids. */
const replay = `
local replayed = 0
for i = 2, #ARGV do
  local seq = redis.call('HGET', p .. ':dead', ARGV[i])
  if seq then
    local key = delivery(seq)
    local row = redis.call('HMGET', key, 'destination', 'event', 'transactionId', 'body', 'step')
    if row[4] ~= '' then
      redis.call('HDEL', p .. ':dead', ARGV[i])
      leave(seq, row[1], 'dead')
      enter(seq, row[1], 'pending')
      redis.call('HSET', key, 'step', 0)
      if row[5] == '${NOT_WAITED_FOR}' then join(seq, chain(row[1], row[2], row[3])) end
      if redis.call('LINDEX', chain(row[1], row[2], row[3]), 0) == seq then schedule(seq, row[1], ARGV[1]) end
      replayed = replayed + 1
    end
  end
end
return replayed`;

/** ARGV: ids. */
const discard = `
local discarded = 0
for _, id in ipairs(ARGV) do
  local seq = redis.call('HGET', p .. ':dead', id)
  if seq then
    local row = redis.call('HMGET', delivery(seq), 'destination', 'event', 'transactionId')
    redis.call('HDEL', p .. ':dead', id)
    leave(seq, row[1], 'dead')
    forget(seq, chain(row[1], row[2], row[3]))
    discarded = discarded + 1
  end
end
return discarded`;

/** ARGV: event, transaction id. */
const recall = `return redis.call('HGET', p .. ':message:' .. ARGV[1] .. ' ' .. ARGV[2], 'destinations')`;

const SOURCES = { enqueue, recall, claim, settle, extend, nextDue, counts, list, replay, discard };

export type ScriptName = keyof typeof SOURCES;

/** The name under which a connection knows a script: connections may be shared with scripts of others. */
export const commandOf = (name: ScriptName): string => `tallyback:${name}`;

/** As ioredis takes them: sent by their digest, and in full only to a server that does not know them. */
export const SCRIPTS = Object.fromEntries(
  (Object.keys(SOURCES) as ScriptName[]).map((name) => [
    commandOf(name),
    { lua: PRELUDE + SOURCES[name], numberOfKeys: 1 },
  ]),
);
