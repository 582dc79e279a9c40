// Example: refresh token 1 hour before expiry
const REFRESH_BUFFER_MS = 60 * 60 * 1000 // 1 hour

function scheduleRefresh(token, expiresIn) {
const refreshIn = (expiresIn * 1000) - REFRESH_BUFFER_MS
setTimeout(async () => {
const res = await fetch('/api/auth/refresh', {
method: 'POST',
headers: { 'Content-Type': 'application/json' },
body: JSON.stringify({ token }),
})
const { token: newToken, expiresIn: newExpiry } = await res.json()
scheduleRefresh(newToken, newExpiry)
}, refreshIn)
}
