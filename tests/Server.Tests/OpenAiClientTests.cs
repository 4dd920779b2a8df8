using System.ClientModel;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Models;

namespace MolEngine.Server.Tests;

/// <summary>OpenAI's own client for .NET.</summary>
public sealed class OpenAiClientTests(ScriptedServer server) : IClassFixture<ScriptedServer>
{
    private readonly OpenAIClient _client = new(
        new ApiKeyCredential("unused"),
        new OpenAIClientOptions { Endpoint = new Uri(server.Address, "v1"), NetworkTimeout = TimeSpan.FromMinutes(1) });

    [Fact]
    public async Task Chats()
    {
        ChatCompletion answer = await _client.GetChatClient("tiny").CompleteChatAsync(
            [new SystemChatMessage("Be brief."), new UserChatMessage("Hi")],
            new ChatCompletionOptions
            {
                MaxOutputTokenCount = 20,
                Temperature = 0,
                IncludeLogProbabilities = true,
                TopLogProbabilityCount = 3,
            });
        Assert.Equal("Hello world", answer.Content[0].Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal(["Hello", " world"], answer.ContentTokenLogProbabilities.Select(t => t.Token));
        Assert.All(answer.ContentTokenLogProbabilities, t => Assert.Equal(3, t.TopLogProbabilities.Count));
        Assert.Equal(3, answer.Usage.OutputTokenCount);
        Assert.Equal(answer.Usage.InputTokenCount + 3, answer.Usage.TotalTokenCount);
        Assert.InRange(answer.Usage.InputTokenDetails.CachedTokenCount, 0, answer.Usage.InputTokenCount);
    }

    [Fact]
    public async Task Streams()
    {
        var text = new System.Text.StringBuilder();
        ChatFinishReason? reason = null;
        ChatTokenUsage? usage = null;
        await foreach (StreamingChatCompletionUpdate update in _client.GetChatClient("tiny")
            .CompleteChatStreamingAsync([new UserChatMessage("!S")], new ChatCompletionOptions { Temperature = 0 }))
        {
            foreach (ChatMessageContentPart part in update.ContentUpdate)
                text.Append(part.Text);
            reason ??= update.FinishReason;
            usage ??= update.Usage;
        }

        Assert.Equal(("one two STOP three", ChatFinishReason.Stop), (text.ToString(), reason));
        Assert.Equal(4, usage!.OutputTokenCount);
    }

    [Fact]
    public async Task Calls_tools_and_goes_on_with_their_results()
    {
        var options = new ChatCompletionOptions
        {
            Temperature = 0,
            Tools = { ChatTool.CreateFunctionTool("weather", "The weather.", BinaryData.FromString("{}")) },
        };
        ChatClient chat = _client.GetChatClient("tiny");
        List<ChatMessage> messages = [new UserChatMessage("!T")];
        ChatCompletion answer = await chat.CompleteChatAsync(messages, options);
        Assert.Equal(ChatFinishReason.ToolCalls, answer.FinishReason);
        ChatToolCall call = Assert.Single(answer.ToolCalls);
        Assert.Equal("weather", call.FunctionName);
        using JsonDocument arguments = JsonDocument.Parse(call.FunctionArguments);
        Assert.Equal("Graz", arguments.RootElement.GetProperty("city").GetString());
        messages.Add(new AssistantChatMessage(answer));
        messages.Add(new ToolChatMessage(call.Id, "Sun"));
        answer = await chat.CompleteChatAsync(messages, options);
        Assert.Equal("Hello world", answer.Content[0].Text);
    }

    [Fact]
    public async Task Lists_models_and_is_told_what_there_is_not()
    {
        OpenAIModelCollection models = await _client.GetOpenAIModelClient().GetModelsAsync();
        Assert.Equal(["tiny", "trained"], models.Select(m => m.Id));
        var e = await Assert.ThrowsAsync<ClientResultException>(
            () => _client.GetEmbeddingClient("tiny").GenerateEmbeddingAsync("x"));
        Assert.Equal(404, e.Status);
        Assert.Contains("/v1/chat/completions", e.Message);
        e = await Assert.ThrowsAsync<ClientResultException>(
            () => _client.GetChatClient("absent").CompleteChatAsync(new UserChatMessage("Hi")));
        Assert.Equal(404, e.Status);
        Assert.Contains("got no such model", e.Message);
    }
}
