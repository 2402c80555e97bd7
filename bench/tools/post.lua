-- Posts one payload over and over, each time with a delivery id of its own, as GitHub would.
local file = assert(io.open(os.getenv("BENCH_PAYLOAD"), "rb"))
local body = file:read("*a")
file:close()

local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local counter = 0
local prefix
function init()
  math.randomseed(os.time() + number)
  prefix = string.format("%08x-%04x-4%03x-8%03x-", os.time(), math.random(0, 65535), number, math.random(0, 4095))
  wrk.method = "POST"
  wrk.body = body
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["X-GitHub-Event"] = "push"
  wrk.headers["X-Hub-Signature-256"] = os.getenv("BENCH_SIGNATURE")
end

function request()
  counter = counter + 1
  wrk.headers["X-GitHub-Delivery"] = prefix .. string.format("%012x", counter)
  return wrk.format()
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT posts=%d seconds=%.2f p50_ms=%.2f p99_ms=%.2f max_ms=%.1f refused=%d failed=%d\n",
    summary.requests - errors.status, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency.max / 1e3, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
