package io.margay.launcher;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * Initializes what bundles will need from the JDK, on a second thread while the first one creates the framework: the XML parser for
 * Declarative Services, the method handles behind the comparison of records, random numbers. The first use of each costs some
 * milliseconds.
 */
final class JdkWarmup {
  private static final byte[] DOCUMENT = "<a b='c'><d/></a>".getBytes(StandardCharsets.US_ASCII);

  private record Sample(int number, String text) {}

  private JdkWarmup() {}

  /** Returns at once. */
  static void start() {
    Thread thread = new Thread(JdkWarmup::run, "margay-warmup");
    thread.setDaemon(true);
    thread.start();
  }

  private static void run() {
    try {
      SAXParserFactory.newInstance().newSAXParser().parse(new ByteArrayInputStream(DOCUMENT), new DefaultHandler());
    } catch (ParserConfigurationException | SAXException | IOException e) {
      System.err.println("margay: the XML parser does not work: " + e);
    }
    Set<Sample> samples = new HashSet<>();
    samples.add(new Sample(1, UUID.randomUUID().toString()));
    samples.add(new Sample(1, UUID.randomUUID().toString()));
    samples.contains(samples.iterator().next());
  }
}
