"""Creates a topic, produces, consumes in a group of two, looks offsets up and deletes, with kafka-python; prints OK at the end.

Arguments: bootstrap topic [mechanism user ca]; the password is in the environment.
"""

import os
import sys
import threading
import time

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

RECORDS = 500

bootstrap, topic = sys.argv[1:3]
client = {'bootstrap_servers': bootstrap, 'client_id': 'itest'}
if len(sys.argv) > 3:
    mechanism, user, ca = sys.argv[3:6]
    client.update(security_protocol='SASL_SSL', ssl_cafile=ca, sasl_mechanism=mechanism, sasl_plain_username=user,
                  sasl_plain_password=os.environ['PASSWORD'])


def sent(name):
    producer = KafkaProducer(acks='all', compression_type=name, **client)
    for result in [producer.send(topic, b'v%d' % i, b'k%d' % i, [('h', b'x')], i % 2) for i in range(RECORDS)]:
        result.get(20)
    producer.close()


def read(consumers, done):
    """Polls each consumer in a thread of its own, because a poll of one that joins waits for the others; returns all records."""
    records = []
    failures = []
    end = time.monotonic() + 60

    def poll(consumer):
        try:
            while not done(records):
                assert time.monotonic() < end, 'only %d records came, and the partitions are %s' % (
                    len(records), [c.assignment() for c in consumers])
                for batch in consumer.poll(200).values():
                    records.extend(batch)
        except BaseException as e:
            failures.append(e)

    threads = [threading.Thread(target=poll, args=(c,)) for c in consumers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for failure in failures:
        raise failure
    return records


admin = KafkaAdminClient(**client)
admin.create_topics([NewTopic(topic, 2, 1)])
before = int(time.time() * 1000)
for compression in (None, 'gzip'):
    sent(compression)

members = [KafkaConsumer(topic, group_id=topic + '-group', auto_offset_reset='earliest', enable_auto_commit=False, **client) for _ in range(2)]
seen = read(members, lambda records: len(records) >= 2 * RECORDS and all(len(m.assignment()) == 1 for m in members))
places = {(r.partition, r.offset) for r in seen}
assert places == {(p, o) for p in range(2) for o in range(RECORDS)}, 'each record comes'
assert seen[0].headers == [('h', b'x')]
for member in members:
    member.commit()
for member in members:
    (partition,) = member.assignment()
    assert member.committed(partition) == RECORDS
    assert member.offsets_for_times({partition: before})[partition].offset == 0
    assert member.end_offsets([partition]) == {partition: RECORDS}
for member in members:
    member.close()
assert (topic + '-group', 'consumer') in admin.list_consumer_groups()

reader = KafkaConsumer(**client)
reader.assign([TopicPartition(topic, 0)])
reader.seek(TopicPartition(topic, 0), RECORDS - 1)
assert read([reader], len)[0].offset == RECORDS - 1
reader.close()
admin.delete_topics([topic])
admin.close()
print('OK')
