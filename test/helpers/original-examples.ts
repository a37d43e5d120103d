/** The `.env` of the original tool's README, as it stands. */
export const originalEnvironment = `# API Keys (multiple keys for rotation)
CLAUDE_API_KEY=sk-ant-api03-xxxxx
CLAUDE_API_KEY2=sk-ant-api03-xxxxx
CLAUDE_API_KEY3=sk-ant-api03-xxxxx

OPENAI_API_KEY=sk-proj-xxxxx
OPENAI_API_KEY2=sk-proj-xxxxx
OPENAI_API_KEY3=sk-proj-xxxxx

DEEPSEEK_API_KEYS=key1,key2,key3,key4

MISTRAL_API_KEY=xxxxx
MISTRAL_API_KEY2=xxxxx

GEMINI_API_KEY=AIzaxxxxx
GEMINI_API_KEY2=AIzaxxxxx

# API Management Settings
API_KEY_MANAGER_PORT=3001
HEALTH_DASHBOARD_PORT=3002
ROTATION_STRATEGY=health-based
`;

/** The token pool of the original tool's README, as it stands. */
export const originalTokenPool = `{
  "claude-3-opus": ["key1", "key2", "key3"],
  "gpt-4o": ["key1", "key2", "key3"],
  "deepseek-coder": ["key1", "key2", "key3", "key4"],
  "command-r-plus": ["key1", "key2"],
  "gemini-pro": ["key1", "key2"]
}
`;

/** The agent of the original tool's README, as it stands. */
export const originalAgent = `// In agent code
const APIKeyManager = require('./cli/api-key-manager');
const manager = new APIKeyManager();

// Get next healthy key with rotation
const apiKey = await manager.getKey('gpt-4o');

// Track usage (automatic)
await manager.trackUsage('gpt-4o', apiKey);

// Handle failures
try {
  // Make API call
} catch (error) {
  const fallback = await rotator.handleKeyFailure('gpt-4o', apiKey, error);
  // Use fallback.model and fallback.key
}
`;
