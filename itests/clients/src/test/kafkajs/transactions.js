// What a user of kafkajs does with transactions, in the first version of their protocol; prints OK at the end.
const { Kafka, logLevel } = require('kafkajs');

const [bootstrap, topic] = process.argv.slice(2);
const kafka = new Kafka({ clientId: 'itest', brokers: [bootstrap], logLevel: logLevel.ERROR });
const TRANSACTIONS = 20;
const MESSAGES = 10;

function check(condition, what) {
  if (!condition) throw new Error(what);
}

async function main() {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] });

  const producer = kafka.producer({ transactionalId: topic, maxInFlightRequests: 1, idempotent: true });
  await producer.connect();
  for (let n = 0; n < TRANSACTIONS; n++) {
    const abort = n % 2 === 1;
    const transaction = await producer.transaction();
    const messages = Array.from({ length: MESSAGES }, (_, i) => ({ key: `k${i}`, value: abort ? 'aborted' : `${n}-${i}` }));
    await transaction.send({ topic, messages });
    await transaction.sendOffsets({
      consumerGroupId: `${topic}-offsets`, topics: [{ topic, partitions: [{ partition: 0, offset: `${n}` }] }],
    });
    await (abort ? transaction.abort() : transaction.commit());
  }
  const [offsets] = await admin.fetchOffsets({ groupId: `${topic}-offsets`, topics: [topic] });
  const committed = offsets.partitions.find((p) => p.partition === 0).offset;
  check(committed === `${TRANSACTIONS - 2}`, `the committed offset is ${committed}`);

  const consumer = kafka.consumer({ groupId: `${topic}-group`, readUncommitted: false });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const seen = new Set();
  const expected = MESSAGES * TRANSACTIONS / 2;
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${seen.size} of ${expected} messages in 60 s`)), 60000);
    consumer.run({
      eachMessage: async ({ message }) => {
        const value = message.value.toString();
        if (value === 'aborted' || seen.has(value)) reject(new Error(`unexpected: ${value}`));
        seen.add(value);
        if (seen.size === expected) {
          clearTimeout(timer);
          resolve();
        }
      },
    });
  });
  await consumer.disconnect();
  await producer.disconnect();
  await admin.disconnect();
  console.log('OK');
}

main().then(() => process.exit(0), (e) => {
  console.error(e);
  process.exit(1);
});
