"""Members of a consumer group (KIP-848) that do nothing but send heartbeats, each over a connection of its own."""
import socket, struct, time

KEY, VERSION = 68, 0


def text(value):
    return b"\0" if value is None else varint(len(value) + 1) + value.encode()


def varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        self.at += n
        return self.data[self.at - n:self.at]

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def text(self):
        n = self.varint()
        return self.take(n - 1).decode() if n else None


class Member:
    def __init__(self, port, group, topic, number):
        self.socket = socket.create_connection(("127.0.0.1", port), 30)
        self.group, self.topic, self.id = group, topic, "member-%04d" % number
        self.epoch, self.owned, self.told = 0, None, None

    def beat(self):
        """Sends a heartbeat, and reads the answer. Returns whether anything has changed."""
        joins = self.epoch == 0
        body = text(self.group) + text(self.id) + struct.pack(">i", self.epoch) + text(None) + text(None)
        body += struct.pack(">i", 60000 if joins else -1)
        body += varint(2) + text(self.topic) if joins else varint(0)
        body += text(None)
        body += self.partitions()
        body += b"\0"
        header = struct.pack(">hhih", KEY, VERSION, 1, 1) + b"b" + b"\0"
        self.socket.sendall(struct.pack(">i", len(header) + len(body)) + header + body)
        return self.answer()

    def partitions(self):
        """What it owns, when that is to be said: at the beginning, and when it has changed."""
        now = self.owned or {}
        if self.told == now:
            return varint(0)
        self.told = dict(now)
        out = varint(len(now) + 1)
        for topic, partitions in now.items():
            out += topic + varint(len(partitions) + 1) + b"".join(struct.pack(">i", p) for p in partitions) + b"\0"
        return out

    def answer(self):
        r = Reader(self.receive(struct.unpack(">i", self.receive(4))[0]))
        r.take(4 + 1 + 4)  # correlation id, no tags, throttle time
        error, message = r.number(">h"), r.text()
        if error:
            raise SystemExit("heartbeat of %s: error %d %s" % (self.id, error, message))
        r.text()
        epoch = r.number(">i")
        r.take(4)
        changed = epoch != self.epoch
        self.epoch = epoch
        if r.number(">b") >= 0:
            self.owned = {}
            for _ in range(r.varint() - 1):
                topic = r.take(16)
                self.owned[topic] = [r.number(">i") for _ in range(r.varint() - 1)]
                r.take(1)
            changed = True
        return changed

    def receive(self, n):
        data = b""
        while len(data) < n:
            part = self.socket.recv(n - len(data))
            if not part:
                raise SystemExit("the broker has closed the connection of " + self.id)
            data += part
        return data


def find_coordinator(port, group, seconds=30):
    """Waits until the group has a coordinator, which creates the topic of offsets."""
    end = time.time() + seconds
    with socket.create_connection(("127.0.0.1", port), 30) as s:
        while time.time() < end:
            body = struct.pack(">hhih", 10, 0, 1, 1) + b"b" + struct.pack(">h", len(group)) + group.encode()
            s.sendall(struct.pack(">i", len(body)) + body)
            size = struct.unpack(">i", s.recv(4, socket.MSG_WAITALL))[0]
            if struct.unpack(">h", s.recv(size, socket.MSG_WAITALL)[4:6])[0] == 0:
                return
            time.sleep(0.1)
    raise SystemExit("the group has no coordinator after %d s" % seconds)


def settled(port, group, topic, count, partitions, seconds=240):
    """Members that have joined, and own all partitions together."""
    find_coordinator(port, group)
    members = [Member(port, group, topic, i) for i in range(count)]
    end = time.time() + seconds
    while True:
        changed = sum(m.beat() for m in members)
        owned = sum(len(p) for m in members for p in (m.owned or {}).values())
        if not changed and owned == partitions:
            return members
        if time.time() > end:
            raise SystemExit("after %d s the members own %d of %d partitions" % (seconds, owned, partitions))
        time.sleep(0.2)


def idle(members, seconds, interval):
    """Each member sends a heartbeat every interval, evenly spread over time."""
    begin, n = time.time(), 0
    while time.time() - begin < seconds:
        members[n % len(members)].beat()
        n += 1
        time.sleep(max(0, begin + n * interval / len(members) - time.time()))
    return n
