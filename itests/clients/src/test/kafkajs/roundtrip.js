// What a user of kafkajs does; prints OK at the end.
const { Kafka, CompressionTypes, logLevel } = require('kafkajs');

const [bootstrap, topic] = process.argv.slice(2);
const { CA_FILE, SASL_USER, SASL_PASSWORD } = process.env;
const security = !CA_FILE ? {} : {
  ssl: { ca: [require('fs').readFileSync(CA_FILE, 'utf-8')] },
  sasl: { mechanism: 'scram-sha-256', username: SASL_USER, password: SASL_PASSWORD },
};
const kafka = new Kafka({ clientId: 'itest', brokers: [bootstrap], logLevel: logLevel.ERROR, ...security });

function check(condition, what) {
  if (!condition) throw new Error(what);
}

async function main() {
  const admin = kafka.admin();
  await admin.connect();
  check(await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] }), 'the topic was there already');
  check((await admin.listTopics()).includes(topic), 'the topic is not listed');

  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const messages = Array.from({ length: 500 }, (_, i) => ({ key: `k${i % 7}`, value: `v${i}`, headers: { n: `${i}` } }));
  await producer.send({ topic, acks: -1, compression: CompressionTypes.GZIP, messages: messages.slice(0, 250) });
  await producer.send({ topic, acks: -1, messages: messages.slice(250) });
  await producer.disconnect();

  const consumer = kafka.consumer({ groupId: `${topic}-group` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const last = {};
  let seen = 0;
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${seen} of 500 messages in 60 s`)), 60000);
    consumer.run({
      eachMessage: async ({ message }) => {
        const n = Number(message.headers.n.toString());
        const key = message.key.toString();
        if (last[key] !== undefined && last[key] >= n) reject(new Error(`order broken for ${key}`));
        last[key] = n;
        if (++seen === 500) {
          clearTimeout(timer);
          resolve();
        }
      },
    }).catch(reject);
  });
  await consumer.disconnect();

  const described = await admin.describeGroups([`${topic}-group`]);
  check(described.groups[0].errorCode === 0, 'the group cannot be described');
  const offsets = await admin.fetchTopicOffsets(topic);
  check(offsets.reduce((sum, o) => sum + Number(o.offset), 0) === 500, 'offsets do not add up');
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
  console.log('OK');
}

main().catch((e) => {
  console.error(e);
  process.exit(1);
});
