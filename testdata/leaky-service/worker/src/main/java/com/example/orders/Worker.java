package com.example.orders;

import momento.sdk.CacheClient;
import momento.sdk.auth.StringMomentoTokenProvider;
import momento.sdk.config.Configurations;

import java.time.Duration;

public final class Worker {
  private static final String API_KEY =
      "eyJhcGlfa2V5IjoiZXlKaGJHY2lPaUpJVXpJMU5pSXNJblI1Y0NJNklrcFhWQ0o5"
          + "LmV5SnpkV0lpT2lKa1pYWkFaWGhoYlhCc1pTNWpiMjBpTENKMlpYSWlPakVzSW5B"
          + "aU9pSkZhelJMUjBGdlYwTkJSV0ZEUVc5SFlqTkthMXBZU25wTFoyZFRRbTA1ZVZw"
          + "SFZubFBaMjlhUldoalNVRlNiMGxEWjFwMlkyMVNiR051VFhGRFVrbElZek5TYUdS"
          + "SVZucE1VVzlZUjJoVlNVRlNiMGxEWjFwMlkyMVNiR051VFhGQ2QyOUdZMGhLY0Zr"
          + "eVZUMGlMQ0pwWVhRaU9qRTNORE0wTmpVMk1EQXNJbVY0Y0NJNk1Ua3dNVEl6TWpB"
          + "d01IMC56WGVVLTUwNW41WFJVUkUzQTNJRVVlT0JLXzRzT25IdnEyQkd5NUV1ak5j"
          + "IiwiZW5kcG9pbnQiOiJjZWxsLXVzLWVhc3QtMS0xLnByb2QuYS5tb21lbnRvaHEu"
          + "Y29tIn0=";

  public static void main(final String... args) {
    final var provider = new StringMomentoTokenProvider(API_KEY);
    try (final var client = CacheClient.create(provider, Configurations.Laptop.latest(), Duration.ofSeconds(60))) {
      client.get("orders", "order:1").join();
    }
  }
}
