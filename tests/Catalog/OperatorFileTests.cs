using Platform.Catalog.Operators;

namespace Platform.Catalog.Tests;

public sealed class OperatorFileTests : IDisposable
{
    private readonly CatalogFolder folder = new();

    public void Dispose() => folder.Dispose();

    private OperatorFile Operator => new(folder.Options);
    private ModelCatalog Catalog => new(folder.Options);

    [Fact]
    public void An_added_model_is_in_the_catalogue_exactly_as_it_was_described()
    {
        var model = new CatalogModel
        {
            Id = "own/model", Kind = ModelKind.Chat, Engine = "llama.cpp", Files = [new ModelFile(folder.At("model.gguf"), folder.Hash, 18)],
            ContextLength = 99, DefaultOutputTokens = 9, License = "MIT", Prices = new Prices(0.15m, 0.075m, 0.6m),
        };
        Operator.Add(model with { Slots = 2 });
        Operator.Add(model);
        var found = Catalog.Find("own/model")!;
        Assert.Equal(model.Files, found.Files);
        Assert.Equal(model, found with { Files = model.Files, Aliases = model.Aliases, TensorSplit = model.TensorSplit });
        Assert.Equal(2, Catalog.Models.Count);
    }

    [Fact]
    public void An_alias_can_be_set_moved_and_taken_away()
    {
        Operator.Add(Catalog.Models[0] with { Id = "other" });
        Operator.SetAlias("gpt-4o-mini", "tiny");
        Assert.Equal("tiny", Catalog.Find("gpt-4o-mini")?.Id);
        Operator.SetAlias("gpt-4o-mini", "other");
        Assert.Equal("other", Catalog.Find("gpt-4o-mini")?.Id);
        Operator.SetAlias("gpt-4o-mini", null);
        Assert.Null(Catalog.Find("gpt-4o-mini"));
    }

    [Fact]
    public void A_change_that_would_break_the_catalogue_leaves_the_file_alone()
    {
        Operator.SetAlias("good", "tiny");
        var before = File.ReadAllText(folder.Options.OperatorFile);
        Assert.Throws<CatalogException>(() => Operator.SetAlias("bad", "nobody"));
        Assert.Throws<CatalogException>(() => Operator.SetAlias("tiny", "tiny"));
        Assert.Throws<CatalogException>(() => Operator.Add(Catalog.Models[0] with { Id = "x", ContextLength = -1 }));
        Assert.Equal(before, File.ReadAllText(folder.Options.OperatorFile));
        Assert.Single(Directory.GetFiles(folder.At("data")));
    }
}
