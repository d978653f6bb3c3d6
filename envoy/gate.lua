-- The gate's admission: which requests reach the lab's other web pages. Envoy calls it for every request, see gate.yaml.
--
-- A web page that the user visits can send requests to 127.0.0.1. A browser says where a request comes from:
--   Host              the name in the address. A site that resolves its own name to 127.0.0.1 (DNS rebinding) sends its own.
--   Origin            the page that sends it, on everything but plain GETs.
--   Sec-Fetch-Site    how that page relates to the address: same-origin, same-site, cross-site, or none for the address bar.
-- Programs such as curl send neither of the last two, and pass.

local FORBIDDEN, MISDIRECTED = "403", "421"

-- host_of: the host of `host` or `host:port`, or nil if it is neither a name nor an address.
local function host_of(authority)
  for _, host in ipairs({ "%[[%x:.]+%]", "[%w._-]+" }) do
    local found = authority:match("^(" .. host .. ")$") or authority:match("^(" .. host .. "):%d+$")
    if found then return found end
  end
end

local hosts = { ["127.0.0.1"] = true, ["[::1]"] = true, ["localhost"] = true, ["host.docker.internal"] = true }
-- LAB_HOSTS adds names: with a port only with this port, otherwise with any.
for name in (os.getenv("LAB_HOSTS") or ""):lower():gmatch("[^%s,]+") do hosts[name] = true end

local function refuse(request, status, reason)
  request:respond({ [":status"] = status, ["content-type"] = "text/plain; charset=utf-8" }, reason .. " See docs/security.md.\n")
end

-- opens_page: whether the browser opens the response as a page of its own. A link of another site may do that: the site
-- cannot read the page.
local function opens_page(headers)
  local method = headers:get(":method")
  return (method == "GET" or method == "HEAD") and headers:get("sec-fetch-mode") == "navigate"
    and headers:get("sec-fetch-dest") == "document"
end

function envoy_on_request(request)
  local headers = request:headers()
  local authority = (headers:get(":authority") or ""):lower()
  local host = host_of(authority)
  if not (host and (hosts[host] or hosts[authority])) then
    return refuse(request, MISDIRECTED, "The lab is not reached by the host \"" .. authority:sub(1, 200) .. "\": add it to LAB_HOSTS.")
  end

  local origins = headers:getNumValues("origin")
  local origin = (headers:get("origin") or ""):lower()
  if origins > 1 or (origins == 1 and origin ~= "http://" .. authority and origin ~= "https://" .. authority) then
    return refuse(request, FORBIDDEN, "The gate refuses requests of other sites' pages.")
  end

  local site = headers:get("sec-fetch-site")
  if site and site ~= "same-origin" and site ~= "none" then
    local has_pages = request:metadata():get("pages")
    if not (has_pages and opens_page(headers)) then
      return refuse(request, FORBIDDEN, "The gate refuses requests of other sites' pages.")
    end
  end
end
