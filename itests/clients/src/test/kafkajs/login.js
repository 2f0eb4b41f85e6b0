// A login with a token by kafkajs; prints OK at the end.
const { Kafka, logLevel } = require('kafkajs');

const [bootstrap] = process.argv.slice(2);
const sasl = { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: process.env.SASL_TOKEN }) };
const admin = new Kafka({ clientId: 'itest', brokers: [bootstrap], logLevel: logLevel.NOTHING, retry: { retries: 0 }, sasl }).admin();

async function main() {
  await admin.connect();
  await admin.listTopics();
  await admin.disconnect();
  console.log('OK');
}

main().catch((e) => {
  console.error(e.message);
  process.exit(1);
});
