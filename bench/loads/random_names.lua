-- One of as many names as the argument says, 20 bytes each.
init = function(args)
  names = tonumber(args[1])
  path = wrk.path
end

request = function()
  return wrk.format(nil, string.format("%s%020d", path, math.random(0, names - 1)))
end
