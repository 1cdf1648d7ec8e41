/** How a receiver verifies Standard Webhooks, in the languages that most are written in. */
export const CODE_SAMPLES: readonly { readonly language: string; readonly code: string }[] = [
  {
    language: 'Node.js',
    code: `import { Webhook } from 'standardwebhooks'; // npm install standardwebhooks

const webhook = new Webhook(process.env.WEBHOOK_SECRET); // whsec_…

app.post('/hooks', express.raw({ type: '*/*' }), (request, response) => {
  // The raw bytes: parsing and writing them again would change them.
  const event = webhook.verify(request.body, request.headers);
  if (seenBefore(request.headers['webhook-id'])) return response.sendStatus(200);
  response.sendStatus(204);
});`,
  },
  {
    language: 'Python',
    code: `from standardwebhooks import Webhook  # pip install standardwebhooks

webhook = Webhook(os.environ["WEBHOOK_SECRET"])  # whsec_…

@app.post("/hooks")
def hook():
    event = webhook.verify(request.get_data(), dict(request.headers))
    if seen_before(request.headers["webhook-id"]):
        return "", 200
    return "", 204`,
  },
  {
    language: 'PHP',
    code: `// composer require standard-webhooks/standard-webhooks
$webhook = new \\StandardWebhooks\\Webhook(getenv('WEBHOOK_SECRET')); // whsec_…

$event = $webhook->verify(file_get_contents('php://input'), getallheaders());
http_response_code(204);`,
  },
  {
    language: 'By hand',
    code: `# signature = base64(HMAC-SHA256(key, id + "." + timestamp + "." + body))
key=$(printf %s "$SECRET" | sed 's/^whsec_//' | base64 -d | xxd -p -c 256)
printf '%s.%s.%s' "$WEBHOOK_ID" "$WEBHOOK_TIMESTAMP" "$BODY" |
  openssl dgst -sha256 -mac HMAC -macopt hexkey:"$key" -binary | base64
# Compare with each of the space-separated values of webhook-signature, without "v1,".
# Refuse a webhook-timestamp that is more than five minutes away.`,
  },
];
