package org.fdistill.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
  @Test
  void charactersThatSteerATerminalBecomeTheirCode() {
    assertThat(Printable.line("a\u001b[31mb\r\u0007\u009b\u202e\ud800\n"))
        .isEqualTo("a\\x1b[31mb\\x0d\\x07\\x9b\\u202e\\ud800\\x0a");
    assertThat(Printable.lines("one\n\ttwo\u001b")).isEqualTo("one\n\ttwo\\x1b");
  }

  @Test
  void lettersOfAllLanguagesStay() {
    String text = "größer 模型 \ud83d\ude00";
    assertThat(Printable.line(text)).isEqualTo(text);
  }

  @Test
  void messagesOfErrorsAreSafe() {
    assertThat(UserError.input("no\u001bway\nnext")).hasMessage("no\\x1bway\nnext");
  }
}
