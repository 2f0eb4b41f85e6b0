package io.margay.shell.internal;

import io.margay.metadata.TopicImage;
import io.margay.protocol.record.RecordHeader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;

/** Runs {@code produce}. */
final class Producing {
  private final ProduceOptions options;
  private final CommandFunction.Io io;
  private final TopicImage topic;
  private final RecordSender sender;
  private final byte[] key;
  private final List<RecordHeader> headers = new ArrayList<>();

  Producing(Requests requests, PartitionChoice choice, CommandFunction.Io io, ProduceOptions options)
      throws InterruptedException {
    this.options = options;
    this.io = io;
    topic = requests.topicToWrite(options.topic);
    if (options.partition != null) {
      Requests.requirePartition(topic, options.partition);
    }
    sender = new RecordSender(requests, topic, options.partition, choice);
    key = bytes(options.key);
    options.headers.forEach((name, value) -> headers.add(new RecordHeader(name, bytes(value))));
  }

  void run() throws IOException, InterruptedException {
    if (options.values.isEmpty() && options.file == null) {
      throw new ShellException("produce needs something to produce: values, -f FILE, or - for the input");
    }
    boolean done = false;
    try {
      for (String value : options.values) {
        if (value.equals("-")) {
          lines(io.in());
        } else {
          addLine(bytes(value));
        }
      }
      if (options.file != null) {
        try (InputStream in = Files.newInputStream(options.file)) {
          lines(in);
        } catch (NoSuchFileException e) {
          throw new ShellException("there is no file " + options.file + " on the broker's machine");
        }
      }
      sender.flush();
      done = true;
    } finally {
      if (done || !sender.written().isEmpty()) {
        print();
      }
    }
  }

  /** Each line is a record. What has arrived is sent before more is waited for, so that slow input is seen at once. */
  private void lines(InputStream in) throws IOException, InterruptedException {
    Lines lines = new Lines(in);
    for (byte[] line = lines.next(); line != null; line = lines.next()) {
      addLine(line);
      if (!lines.buffered()) {
        sender.flush();
      }
    }
  }

  private void addLine(byte[] line) throws InterruptedException {
    if (options.keySeparator == null) {
      sender.add(key, line, headers);
      return;
    }
    // one character for one byte, so that the bytes stay as they are
    String text = new String(line, StandardCharsets.ISO_8859_1);
    String separator = new String(bytes(options.keySeparator), StandardCharsets.ISO_8859_1);
    int at = text.indexOf(separator);
    if (at < 0) {
      throw new ShellException("there is no key separator \"" + options.keySeparator + "\" in "
          + new String(line, StandardCharsets.UTF_8));
    }
    sender.add(text.substring(0, at).getBytes(StandardCharsets.ISO_8859_1),
        text.substring(at + separator.length()).getBytes(StandardCharsets.ISO_8859_1), headers);
  }

  private void print() {
    if (options.json) {
      Table table = new Table("topic", "partition", "records", "firstOffset", "lastOffset");
      sender.written().forEach(w -> table.row(topic.name(), w.partition(), w.records(), w.firstOffset(), w.lastOffset()));
      Page.print(io.out(), true, table);
      return;
    }
    long records = sender.written().stream().mapToLong(RecordSender.Written::records).sum();
    io.out().println("produced " + records + (records == 1 ? " record" : " records") + " to " + topic.name());
    for (RecordSender.Written w : sender.written()) {
      io.out().println("  partition " + w.partition() + ": " + (w.firstOffset() == w.lastOffset() ? "offset " + w.firstOffset()
          : "offsets " + w.firstOffset() + " to " + w.lastOffset()));
    }
  }

  private static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }
}
