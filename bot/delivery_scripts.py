"""The scripts by which `bot/deliveries.py` changes what is owed: each is one step for everybody else."""

from __future__ import annotations

LATE = 300  # seconds after which a delivery counts as late
BACKOFF, BACKOFF_LIMIT = 60, 1800  # seconds until the second try, doubled for each further one, and at most
SENT, HELD = 0, -1
FAILED = "failed:"
_PUSHES, _PUSHES_MOST = 31, 40  # records a member; too many are cut to a month of dates, not one each day
_FIGURES_DAYS = 40
_PASSED = 10_000  # members passed over, at most, as their surface has enough under way: some milliseconds of Redis

# A member that somebody is delivering is not due before that lease would have ended: until then its record tells
# nobody whether it was sent.
PLAN = """
local function plan(due, leased, since, member, moment)
  local lease = redis.call('ZSCORE', leased, member) or 0
  redis.call('ZREM', leased, member)
  redis.call('HDEL', since, member)
  if moment == '' then redis.call('ZREM', due, member)
  else redis.call('ZADD', due, math.max(moment, lease), member) end
end
"""
# What comes back without being done goes last: one that kills its workers must not come first each time. A surface with
# enough under way is passed over: many thousands that are due in a slow one must not hold up another.
TAKE = f"""
local now, ends, most, most_of_one = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local function surface(member) return string.match(member, '^[^:]*') end
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)) do
  redis.call('ZREM', KEYS[2], member)
  redis.call('ZADD', KEYS[1], now, member)
end
local under_way, members, passed = {{}}, {{}}, 0
for _, member in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  local where = surface(member)
  under_way[where] = (under_way[where] or 0) + 1
end
local owed = redis.call('ZCOUNT', KEYS[1], '-inf', now)
while #members < most and passed < math.min(owed - #members, {_PASSED}) do
  local last = math.min(passed + most, owed) - #members - 1
  for _, member in ipairs(redis.call('ZRANGE', KEYS[1], passed, last)) do
    local where = surface(member)
    local count = under_way[where] or 0
    if count >= most_of_one then passed = passed + 1
    else
      under_way[where] = count + 1
      redis.call('HSETNX', KEYS[3], member, redis.call('ZSCORE', KEYS[1], member))
      redis.call('ZREM', KEYS[1], member)
      redis.call('ZADD', KEYS[2], ends, member)
      members[#members + 1] = member
    end
  end
end
return members
"""
# Counts are of briefs: reminders and follow-ups have a `#`.
_COUNT = f"""
local function count(figures, member, what, by)
  if string.find(member, '#', 1, true) then return end
  if redis.call('HINCRBY', figures, what, by) == by then redis.call('EXPIRE', figures, {_FIGURES_DAYS * 86_400}) end
end
"""
# Answers the number of the try, 0 for what was sent, -1 for what another one is sending. ISO dates sort as text.
CLAIM = (
    _COUNT
    + f"""
local prefix, now, ends, answers = ARGV[1], tonumber(ARGV[3]), ARGV[4], {{}}
for i, row in ipairs(cjson.decode(ARGV[2])) do
  local member, date = unpack(row)
  local pushes, figures = prefix .. 'pushes:' .. member, prefix .. 'figures:' .. date
  local record = redis.call('HGET', pushes, date)
  local held, try = string.match(record or '', '^until (%S+) ?(%d*)')
  if string.find(record or '', '^sent ') then answers[i] = {SENT}
  elseif (tonumber(held) or 0) > now then answers[i] = {HELD}
  else
    answers[i] = (tonumber(try) or 0) + 1
    redis.call('HSET', pushes, date, 'until ' .. ends .. ' ' .. answers[i])
    redis.call('ZADD', KEYS[1], 'XX', ends, member)
    if not record then
      count(figures, member, 'due', 1)
      if redis.call('HLEN', pushes) > {_PUSHES_MOST} then
        local dates = redis.call('HKEYS', pushes)
        table.sort(dates)
        for k = 1, #dates - {_PUSHES} do redis.call('HDEL', pushes, dates[k]) end
      end
    end
  end
end
return answers
"""
)
# Who was planned anew meanwhile, by a change of the chat or as the lease ran out, is left as it is. A chat may turn out
# to have another id as it is sent to; then what it got is recorded there.
DONE = (
    _COUNT
    + f"""
local prefix, now = ARGV[1], tonumber(ARGV[3])
for _, row in ipairs(cjson.decode(ARGV[2])) do
  local member, date, outcome, word, moment = unpack(row)
  local pushes, figures = prefix .. 'pushes:' .. member, prefix .. 'figures:' .. date
  local leased = outcome ~= 'missed' and redis.call('ZREM', KEYS[2], member) == 1
  if not leased then
    local chat, kind = string.match(member, '^([^#]*)(.*)$')
    local heir = redis.call('GET', prefix .. 'moved:' .. chat)
    if heir then pushes = prefix .. 'pushes:' .. heir .. kind end
  end
  local record = date ~= '' and redis.call('HGET', pushes, date) or ''
  local was_sent = string.find(record, '^sent ')
  if outcome == 'sent' and not was_sent then
    redis.call('HSET', pushes, date, 'sent ' .. word)
    count(figures, member, 'sent', 1)
    local lag = math.max(0, math.floor(now - (redis.call('HGET', KEYS[3], member) or now)))
    if lag > 0 then count(figures, member, 'lag', lag) end
    if lag > {LATE} then count(figures, member, 'late', 1) end
    local most = tonumber(redis.call('HGET', figures, 'lag_max')) or 0
    if lag > most then count(figures, member, 'lag_max', lag - most) end
  elseif outcome == 'again' and not was_sent then
    local try = tonumber(string.match(record, '^until %S+ (%d+)')) or 1
    redis.call('HSET', pushes, date, 'until 0 ' .. try)
    count(figures, member, 'retried', 1)
    if moment == '' then moment = now + math.min({BACKOFF} * 2 ^ (try - 1), {BACKOFF_LIMIT}) end
  elseif outcome == 'failed' and not was_sent then
    redis.call('HSET', pushes, date, 'failed ' .. word)
    count(figures, member, '{FAILED}' .. word, 1)
  elseif outcome == 'missed' and not was_sent and record ~= 'missed' then
    redis.call('HSET', pushes, date, 'missed')
    if record == '' then count(figures, member, 'due', 1) end
    count(figures, member, 'missed', 1)
  end
  if outcome == 'missed' and moment ~= '' then redis.call('HSET', KEYS[3], member, moment) end
  if leased then
    if moment ~= '' then redis.call('ZADD', KEYS[1], moment, member) end
    if outcome ~= 'again' then redis.call('HDEL', KEYS[3], member) end
  end
end
"""
)
# KEYS: due, leased.
ADOPT = """
local far = tonumber(ARGV[1])
for i = 2, #ARGV, 2 do
  for _, key in ipairs(KEYS) do
    local planned = redis.call('ZSCORE', key, ARGV[i])
    if planned and tonumber(planned) > far then redis.call('ZREM', key, ARGV[i]) end
  end
  if not redis.call('ZSCORE', KEYS[2], ARGV[i]) then redis.call('ZADD', KEYS[1], 'NX', ARGV[i + 1], ARGV[i]) end
end
"""
