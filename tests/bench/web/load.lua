-- The requests of tests/bench/web/run, for wrk:
--
--     wrk … -s load.lua URL -- WHAT CALLERS SECRET SEED [EVENT-FILE]
--
-- WHAT is client-data, search-data or post-call; callers are those that bench_memory makes up. Every event has a
-- conversation and a signature of its own. The last line that is printed is for the script: requests answered with
-- 200, others, seconds, and the latency's median and 99th percentile in milliseconds.
local ffi = require('ffi')

ffi.cdef [[
    typedef struct evp_md_st EVP_MD;
    const EVP_MD *EVP_sha256(void);
    unsigned char *HMAC(const EVP_MD *md, const void *key, int key_len, const unsigned char *data, size_t len,
                        unsigned char *out, unsigned int *out_len);
]]
local crypto = ffi.load('libcrypto.so.3')

local questions = {
    'What did the caller say about the kettle?', 'order number', 'When should the sofa be delivered?',
    'Who is Marek?', 'Which invoice was wrong and how much was it?', 'What does the caller do for work?',
    'Where is the caller going on holiday?', 'Does the caller have a pet?', 'address for the delivery in Leeds',
    'What was promised last time?', 'appointment on Friday morning', 'What did the caller buy in March?',
}
local count, threads = 0, {}

function setup(thread)
    thread:set('number', #threads + 1)
    table.insert(threads, thread)
end

function init(args)
    what, callers, secret, seed = args[1], tonumber(args[2]), args[3], args[4]
    math.randomseed(tonumber(seed) + number)
    if args[5] then
        local file = assert(io.open(args[5]))
        event = file:read('*a')
        file:close()
    end
end

local function caller()
    return string.format('+1555%07d', math.random(0, callers - 1))
end

local function signature(body)
    local out, now = ffi.new('unsigned char[32]'), tostring(os.time())
    local text = now .. '.' .. body
    crypto.HMAC(crypto.EVP_sha256(), secret, #secret, text, #text, out, nil)
    return 't=' .. now .. ',v0=' .. (ffi.string(out, 32):gsub('.', function(c) return string.format('%02x', c:byte()) end))
end

function request()
    local headers, body = { ['Content-Type'] = 'application/json' }
    count = count + 1
    if what == 'post-call' then
        body = event:gsub('conv_quince_0001', string.format('conv_%s_%d_%d', seed, number, count))
        body = body:gsub('%+15550100200', caller())
        headers['ElevenLabs-Signature'] = signature(body)
    else
        headers['X-Api-Key'] = secret
        if what == 'client-data' then
            body = '{"caller_id":"' .. caller() .. '","agent_id":"agent_bench","called_number":"+15550109900","call_sid":"CA1"}'
        else
            body = '{"caller_id":"' .. caller() .. '","query":"' .. questions[math.random(#questions)] .. '","limit":10}'
        end
    end
    return wrk.format('POST', nil, headers, body)
end

function done(summary, latency)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
    io.write(string.format('%d %d %.6f %.3f %.3f\n', summary.requests - failed, failed, summary.duration / 1e6,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
