/**
 * What README.md and src/docs say is executed, generated or looked up here; nothing in them is believed.
 *
 * <p><b>Convention for fenced blocks</b> in README.md and src/docs/*.md. Each names its kind:
 *
 * <ul>
 *   <li><code>```sh</code>: {@link io.quorate.docs.DocumentsIT} runs it with {@code sh -e} in the project's folder, against one
 *       datacenter of three servers and a client that it started with {@code dev}. It must end with code 0, or with the one named:
 *       <code>```sh exit=2</code>. Documents are run one after the other, README.md first, the blocks of each in their order. There
 *       are {@code quorate ...}, {@code java -jar target/quorate.jar ...}, {@code curl} and {@code consul} (a block with a tool that
 *       this machine lacks is skipped by name). The addresses to write are those of {@code dev}: HTTP at 8500 (server-1, leads), 8501,
 *       8502 (the other servers), 8503 (client-1); gossip at 8301, 8311, 8321, 8331; server RPC at 8300, 8310, 8320. No prompts. What
 *       it changes it must put right again: the next block meets a whole datacenter.
 *   <li><code>```sh skip="started by DevIT"</code>: it cannot run there. The words name the test class (or the file, as
 *       {@code .ci/run}) that does run it; it must exist.
 *   <li><code>```text</code> directly behind a <code>sh</code> block: its output (errors too). Ids, times, ages, indices and the order
 *       of agents are levelled before they are compared; {@code ...} in a line stands for anything, alone in a line for any number of
 *       lines. Elsewhere: <code>```text from="DevIT"</code>, with the class or file that it comes from.
 *   <li><code>```json</code>, <code>```yaml</code> (parsed), <code>```mermaid</code>, <code>```java</code>: no commands.
 * </ul>
 *
 * <p>Commands in indented blocks or in blocks without a word are refused, as are links that lead nowhere. Parts between
 * {@code <!-- generated: ... -->} and {@code <!-- /generated -->}, and {@code openapi.json}, are made by tests:
 * {@code -Dquorate.golden=write} writes them anew.
 */
@NullMarked
package io.quorate.docs;

import org.jspecify.annotations.NullMarked;
