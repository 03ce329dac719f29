using System.ClientModel;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;
using OpenAI.Models;

namespace Platform.Scenarios.Tests.Wire;

/// <summary>OpenAI's own .NET package, pointed at the platform and otherwise unchanged.</summary>
public class OpenAiSdkTests(PlatformFixture platform)
{
    [Fact]
    public async Task It_chats()
    {
        ChatCompletion answer = await Chat(TestCatalogue.Fast).CompleteChatAsync([new UserChatMessage("Hello")], new ChatCompletionOptions { MaxOutputTokenCount = 16, Temperature = 0, EndUserId = "sdk" });
        Assert.NotEmpty(answer.Content[0].Text);
        Assert.Equal((TestCatalogue.Fast, ChatMessageRole.Assistant), (answer.Model, answer.Role));
        Assert.InRange(answer.Usage.OutputTokenCount, 1, 16);
        Assert.Equal(answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount, answer.Usage.TotalTokenCount);
        Assert.StartsWith("chatcmpl-", answer.Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_streams_the_same_text_and_usage()
    {
        ChatMessage[] messages = [new SystemChatMessage("Be brief."), new UserChatMessage("Hello there")];
        ChatCompletion whole = await Chat(TestCatalogue.Fast).CompleteChatAsync(messages, new ChatCompletionOptions { MaxOutputTokenCount = 40, Temperature = 0 });
        var (text, updates, finish, usage) = ("", 0, (ChatFinishReason?)null, (ChatTokenUsage?)null);
        await foreach (var update in Chat(TestCatalogue.Fast).CompleteChatStreamingAsync(messages, new ChatCompletionOptions { MaxOutputTokenCount = 40, Temperature = 0 }))
        {
            updates++;
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            finish = update.FinishReason ?? finish;
            usage = update.Usage ?? usage;
        }

        Assert.True(updates > 3);
        Assert.Equal((whole.Content[0].Text, whole.FinishReason), (text, finish!.Value));
        Assert.Equal((whole.Usage.InputTokenCount, whole.Usage.OutputTokenCount), (usage!.InputTokenCount, usage.OutputTokenCount));
    }

    [Fact]
    public async Task An_alias_answers_under_the_models_own_name()
    {
        ChatCompletion answer = await Chat(TestCatalogue.Alias).CompleteChatAsync([new UserChatMessage("Hello")], new ChatCompletionOptions { MaxOutputTokenCount = 4 });
        Assert.Equal(TestCatalogue.Fast, answer.Model);
    }

    [Fact]
    public async Task It_lists_the_models()
    {
        var models = Client(platform.ApiKey).GetOpenAIModelClient();
        OpenAIModelCollection all = await models.GetModelsAsync();
        Assert.Contains(TestCatalogue.SmolLm, all.Select(model => model.Id));
        OpenAIModel one = await models.GetModelAsync(TestCatalogue.Alias);
        Assert.Equal(TestCatalogue.Fast, one.Id);
    }

    [Fact]
    public async Task It_embeds_one_text_and_many()
    {
        var client = Client(platform.ApiKey).GetEmbeddingClient(TestCatalogue.MiniLm);
        OpenAIEmbedding one = await client.GenerateEmbeddingAsync("The cat sits on the mat.");
        OpenAIEmbeddingCollection many = await client.GenerateEmbeddingsAsync(["A feline is resting on a rug.", "The cat sits on the mat."], new EmbeddingGenerationOptions { EndUserId = "sdk" });
        Assert.Equal(384, one.ToFloats().Length);
        Assert.Equal(one.ToFloats().ToArray(), many[1].ToFloats().ToArray());
        Assert.Equal((TestCatalogue.MiniLm, 11 + 9), (many.Model, many.Usage.InputTokenCount));
        OpenAIEmbedding shorter = await client.GenerateEmbeddingAsync("The cat sits on the mat.", new EmbeddingGenerationOptions { Dimensions = 64 });
        Assert.Equal(64, shorter.ToFloats().Length);
    }

    [Theory]
    [InlineData("no-such-model", null, 404)]
    [InlineData(TestCatalogue.Fast, "sk-wrong", 401)]
    public async Task Errors_are_typed(string model, string? key, int status)
    {
        var error = await Assert.ThrowsAsync<ClientResultException>(() => Client(key ?? platform.ApiKey).GetChatClient(model).CompleteChatAsync("Hello"));
        Assert.Equal(status, error.Status);
    }

    [Fact]
    public async Task A_wrong_field_is_told_by_its_name()
    {
        var error = await Assert.ThrowsAsync<ClientResultException>(() => Chat(TestCatalogue.Fast).CompleteChatAsync([new UserChatMessage("Hello")], new ChatCompletionOptions { Temperature = 3 }));
        Assert.Contains("temperature", error.Message, StringComparison.Ordinal);
    }

    private OpenAI.Chat.ChatClient Chat(string model) => Client(platform.ApiKey).GetChatClient(model);

    private OpenAIClient Client(string key) => new(new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = new Uri(platform.Address, "v1") });
}
