-- Asks for every user in turn, spread so that neighbours in time are far apart in the model.
local n = 0
request = function()
  n = n + 1
  return wrk.format("GET", "/recommend/" .. (n * 7919) % 943 + 1)
end
