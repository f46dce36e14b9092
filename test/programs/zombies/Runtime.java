import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;

/** Runtime.java <seconds>: Java, with a thread that ticks, one that allocates, and two that hand each other numbers. */
class Runtime {
  static final List<String> errors = Collections.synchronizedList(new ArrayList<>());
  static volatile boolean over;

  interface Body {
    void run() throws Exception;
  }

  static Thread start(Body body) {
    var thread = new Thread(() -> {
      try {
        body.run();
      } catch (Throwable error) {
        errors.add(error.toString());
      }
    });
    thread.start();
    return thread;
  }

  static void tick(int count) throws Exception {
    long start = System.nanoTime();
    for (int number = 1; number <= count; number++) {
      long due = start + number * 100_000_000L;
      TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
      if (System.nanoTime() - due > 500_000_000L) errors.add("tick " + number + " is late");
      say("{\"tick\":" + number + "}");
    }
    over = true;
  }

  static void allocate() throws Exception {
    var kept = new byte[64][];
    for (int round = 0; !over; round++) {
      int at = round % kept.length;
      if (kept[at] != null && kept[at][77] != (byte) at) errors.add("a block has changed");
      kept[at] = new byte[100_000];
      kept[at][77] = (byte) at;
      if (round % 100 == 0) Thread.sleep(10);
    }
  }

  static synchronized void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  public static void main(String[] arguments) throws Exception {
    int count = (int) Math.round(Double.parseDouble(arguments[0]) * 10);
    var numbers = new SynchronousQueue<Integer>();
    var threads = new ArrayList<Thread>();
    threads.add(start(() -> tick(count)));
    threads.add(start(Runtime::allocate));
    threads.add(start(() -> {
      for (int number = 0; !over; number++) {
        numbers.offer(number, 5, TimeUnit.SECONDS);
        Thread.sleep(5);
      }
    }));
    threads.add(start(() -> {
      for (int number = 0; ; number++) {
        Integer found = numbers.poll(1, TimeUnit.SECONDS);
        if (found == null && over) return;
        if (found == null || found != number) errors.add("number " + number + " is " + found);
      }
    }));
    say("{\"ready\":true,\"call\":\"java\"}");
    /* The main thread waits in vain for a second at a time. */
    while (!over) {
      long start = System.nanoTime();
      if (new CountDownLatch(1).await(1, TimeUnit.SECONDS)) errors.add("a latch that nobody opens is open");
      long passed = System.nanoTime() - start;
      if (passed < 990_000_000L || passed > 2_000_000_000L) errors.add("a second took " + passed + " ns");
    }
    for (var thread : threads) thread.join();
    say("{\"end\":true,\"ok\":" + errors.isEmpty() + ",\"errors\":\"" + String.join("; ", errors) + "\"}");
    System.exit(errors.isEmpty() ? 0 : 1);
  }
}
