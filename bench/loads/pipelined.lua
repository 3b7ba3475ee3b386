-- 32 requests in one go, as redis-benchmark -P 32 does.
init = function()
  local requests = {}
  for i = 1, 32 do
    requests[i] = wrk.format()
  end
  pipelined = table.concat(requests)
end

request = function()
  return pipelined
end
