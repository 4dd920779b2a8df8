using System.Text.Json.Nodes;

namespace MolEngine.Server.Tests;

/// <summary>Chat completions, whole and streamed.</summary>
public sealed class ChatTests(ScriptedServer server) : IClassFixture<ScriptedServer>
{
    private const string Tools = """
        "tools": [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}],
        """;

    [Fact]
    public async Task An_answer_has_all_that_a_client_looks_for()
    {
        JsonNode answer = await server.Ok("/v1/chat/completions", TestServer.ChatBody("Hi"));
        Assert.StartsWith("chatcmpl-", (string)answer["id"]!);
        Assert.Equal(("chat.completion", "tiny"), ((string)answer["object"]!, (string)answer["model"]!));
        JsonNode choice = Assert.Single(answer["choices"]!.AsArray())!;
        Assert.Equal(
            """{"role":"assistant","content":"Hello world","refusal":null}""", choice["message"]!.ToJsonString());
        Assert.Equal("stop", (string)choice["finish_reason"]!);

        // 33 bytes and marks of the prompt; two tokens and the one that ends the turn.
        int prompt = server.Models.Tokenizer.Encode(
            "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", false).Length;
        JsonNode usage = answer["usage"]!;
        Assert.Equal(
            (prompt, 3, prompt + 3),
            ((int)usage["prompt_tokens"]!, (int)usage["completion_tokens"]!, (int)usage["total_tokens"]!));
    }

    [Fact]
    public async Task What_the_cache_had_of_a_prompt_is_told()
    {
        string asked = TestServer.ChatBody("Once more, with the same words as before");
        await server.Ok("/v1/chat/completions", asked);
        JsonNode usage = (await server.Ok("/v1/chat/completions", asked))["usage"]!;
        int cached = (int)usage["prompt_tokens_details"]!["cached_tokens"]!;
        Assert.InRange(cached, 16, (int)usage["prompt_tokens"]! - 1);
    }

    [Fact]
    public async Task A_stream_says_what_a_whole_answer_does()
    {
        List<JsonNode> chunks = await server.Stream(
            "/v1/chat/completions",
            TestServer.ChatBody("Hi", "\"stream\": true, \"stream_options\": {\"include_usage\": true}, "));
        Assert.All(chunks, c => Assert.Equal("chat.completion.chunk", (string)c["object"]!));
        Assert.Single(chunks.Select(c => (string)c["id"]!).Distinct());
        Assert.Equal("""{"role":"assistant","content":""}""", Delta(chunks[0]).ToJsonString());
        Assert.Equal("Hello world", string.Concat(chunks[..^1].Select(c => (string?)Delta(c)["content"])));
        Assert.Equal("stop", (string)chunks[^2]["choices"]![0]!["finish_reason"]!);
        Assert.All(chunks[..^2], c => Assert.Null(c["choices"]![0]!["finish_reason"]));
        Assert.Empty(chunks[^1]["choices"]!.AsArray());
        Assert.Equal(3, (int)chunks[^1]["usage"]!["completion_tokens"]!);
        Assert.All(chunks[..^1], c => Assert.Null(c["usage"]));
    }

    [Theory]
    [InlineData("\"stop\": \"STOP\", ", "one two ", "stop")]
    [InlineData("\"stop\": [\"zzz\", \" three\"], ", "one two STOP", "stop")]
    [InlineData("\"max_tokens\": 2, ", "one two ST", "length")]
    [InlineData("\"max_completion_tokens\": 1, \"max_tokens\": 7, ", "one ", "length")]
    [InlineData("", "one two STOP three", "stop")]
    public async Task An_answer_ends_where_it_is_asked_to(string more, string text, string reason)
    {
        JsonNode choice = await server.Chat("!S", more);
        Assert.Equal((text, reason), (Content(choice), (string)choice["finish_reason"]!));
        List<JsonNode> chunks = await server.Stream(
            "/v1/chat/completions", TestServer.ChatBody("!S", more + "\"stream\": true, "));
        Assert.Equal(text, string.Concat(chunks.Select(c => (string?)Delta(c)["content"])));
        Assert.Equal(reason, (string)chunks[^1]["choices"]![0]!["finish_reason"]!);
    }

    [Fact]
    public async Task Ids_can_end_an_answer_and_the_models_own_can_be_passed_over()
    {
        int id = server.Models.Tokenizer.TokenId("two ST")!.Value;
        JsonNode choice = await server.Chat("!S", $"\"stop_token_ids\": [{id}], ");
        Assert.Equal(("one ", "stop"), (Content(choice), (string)choice["finish_reason"]!));
        choice = await server.Chat("!S", "\"ignore_eos\": true, \"max_tokens\": 6, ");
        Assert.Equal("length", (string)choice["finish_reason"]!);
        choice = await server.Chat(
            "!S", "\"ignore_eos\": true, \"max_tokens\": 4, \"skip_special_tokens\": false, ");
        Assert.Equal("one two STOP three<|im_end|>", Content(choice));
    }

    [Fact]
    public async Task Several_answers_differ_by_their_seeds_and_come_again_with_them()
    {
        const string Free = "\"temperature\": 9, \"max_tokens\": 8, \"n\": 3, \"seed\": 7, ";
        string body = TestServer.ChatBody("Hi", Free).Replace("\"temperature\": 0, ", "");
        string[] texts = Texts(await server.Ok("/v1/chat/completions", body));
        Assert.Equal(3, texts.Distinct().Count());
        Assert.Equal(texts, Texts(await server.Ok("/v1/chat/completions", body)));
        Assert.Equal(texts[0], Texts(await server.Ok("/v1/chat/completions", body.Replace("\"n\": 3", "\"n\": 1")))[0]);
        Assert.NotEqual(texts, Texts(await server.Ok("/v1/chat/completions", body.Replace(": 7", ": 8"))));

        static string[] Texts(JsonNode answer) => [.. answer["choices"]!.AsArray().Select(c => Content(c!))];
    }

    [Fact]
    public async Task Log_probabilities_come_with_the_bytes_of_each_token()
    {
        JsonNode choice = await server.Chat("Hi", "\"logprobs\": true, \"top_logprobs\": 2, ");
        JsonArray tokens = choice["logprobs"]!["content"]!.AsArray();
        Assert.Equal(["Hello", " world"], tokens.Select(t => (string)t!["token"]!));
        foreach (JsonNode? token in tokens)
        {
            Assert.Equal(
                (string)token!["token"]!,
                System.Text.Encoding.UTF8.GetString([.. token["bytes"]!.AsArray().Select(b => (byte)(int)b!)]));
            JsonArray top = token["top_logprobs"]!.AsArray();
            Assert.Equal(2, top.Count);
            Assert.Equal((string)token["token"]!, (string)top[0]!["token"]!);
            Assert.Equal((double)token["logprob"]!, (double)top[0]!["logprob"]!);
            Assert.InRange((double)token["logprob"]!, -1e-3, 0);
            Assert.InRange((double)top[1]!["logprob"]!, -20, -10);
        }

        List<JsonNode> chunks = await server.Stream(
            "/v1/chat/completions",
            TestServer.ChatBody("Hi", "\"stream\": true, \"logprobs\": true, \"stop\": \"wor\", "));
        Assert.Equal(
            ["Hello", " world"],
            chunks.SelectMany(c => c["choices"]![0]!["logprobs"]?["content"]!.AsArray() ?? [])
                .Select(t => (string)t!["token"]!));
        Assert.Null((await server.Chat("Hi"))["logprobs"]);
    }

    [Fact]
    public async Task Calls_of_tools_are_told_apart_where_tools_are_given()
    {
        JsonNode choice = await server.Chat("!T", Tools);
        Assert.Equal("tool_calls", (string)choice["finish_reason"]!);
        Assert.Equal("I look.", Content(choice));
        JsonNode call = Assert.Single(choice["message"]!["tool_calls"]!.AsArray())!;
        Assert.Equal("function", (string)call["type"]!);
        Assert.StartsWith("call_", (string)call["id"]!);
        Assert.Equal("weather", (string)call["function"]!["name"]!);
        Assert.Equal("""{"city": "Graz"}""", (string)call["function"]!["arguments"]!);

        List<JsonNode> chunks = await server.Stream(
            "/v1/chat/completions", TestServer.ChatBody("!T", Tools + "\"stream\": true, "));
        Assert.Equal("I look.", string.Concat(chunks.Select(c => (string?)Delta(c)["content"])));
        JsonNode told = Assert.Single(chunks, c => Delta(c)["tool_calls"] is not null);
        Assert.Equal(0, (int)Delta(told)["tool_calls"]![0]!["index"]!);
        Assert.Equal("""{"city": "Graz"}""", (string)Delta(told)["tool_calls"]![0]!["function"]!["arguments"]!);
        Assert.Equal("tool_calls", (string)chunks[^1]["choices"]![0]!["finish_reason"]!);

        choice = await server.Chat("!T", Tools + "\"tool_choice\": \"none\", ");
        Assert.StartsWith("I look. <tool_call>", Content(choice));
        Assert.StartsWith("I look. <tool_call>", Content(await server.Chat("!T")));
    }

    [Fact]
    public async Task A_dialogue_with_calls_and_their_results_is_written_by_the_template()
    {
        int Tokens(string messages) => server.Models.Tokenizer.Encode(messages, false).Length;
        JsonNode answer = await server.Ok("/v1/chat/completions", """
            {"model": "tiny", "max_tokens": 1, "messages": [
              {"role": "developer", "content": "Be brief."},
              {"role": "user", "content": [{"type": "text", "text": "Wea"}, {"type": "text", "text": "ther?"}]},
              {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function",
                "function": {"name": "weather", "arguments": "{\"city\": \"Graz\"}"}}]},
              {"role": "tool", "tool_call_id": "c1", "content": "Sun"}]}
            """);
        Assert.Equal(
            Tokens(
                "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWeather?<|im_end|>\n<|im_start|>assistant\n"
                + "[weather Graz]<|im_end|>\n<|im_start|>tool\nSun<|im_end|>\n<|im_start|>assistant\n"),
            (int)answer["usage"]!["prompt_tokens"]!);
    }

    [Fact]
    public async Task Reasoning_is_told_apart_where_it_is_asked_for()
    {
        JsonNode choice = await server.Chat("!R", "\"separate_reasoning\": true, ");
        Assert.Equal(("Because.", "So."), ((string)choice["message"]!["reasoning_content"]!, Content(choice)));
        List<JsonNode> chunks = await server.Stream(
            "/v1/chat/completions",
            TestServer.ChatBody("!R", "\"separate_reasoning\": true, \"stream\": true, "));
        Assert.Equal("Because.", string.Concat(chunks.Select(c => (string?)Delta(c)["reasoning_content"])));
        Assert.Equal("So.", string.Concat(chunks.Select(c => (string?)Delta(c)["content"])));
        choice = await server.Chat("!R");
        Assert.Equal("<think>\nBecause.\n</think>\n\nSo.", Content(choice));
        Assert.Null(choice["message"]!["reasoning_content"]);
    }

    [Fact]
    public async Task A_field_that_nobody_knows_is_told_once()
    {
        await server.Chat("Hi", "\"frobnicate\": 1, \"user\": \"me\", ");
        await server.Chat("Hi", "\"frobnicate\": 2, \"store\": false, ");
        Assert.Equal("requests: field frobnicate: not known, and ignored", Assert.Single(server.Told));
    }

    private static JsonNode Delta(JsonNode chunk) =>
        chunk["choices"]!.AsArray() is [{ } choice, ..] ? choice["delta"]! : new JsonObject();

    private static string Content(JsonNode choice) => (string)choice["message"]!["content"]!;
}
