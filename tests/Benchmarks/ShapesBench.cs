using System.Text.Json;
using Platform.Inference.Onnx;
using Platform.Video.Tests.Wan;
using Platform.Video.Wan;
using Spectre.Console;

namespace Platform.Benchmarks;

/// <summary>How often the bundled video model does what a caption says: 60 combinations of its training, the 57 it never saw, and the same 57 in other words.</summary>
internal static class ShapesBench
{
    private static readonly string[] Sizes = ["small", "large"], Colours = ["red", "green", "blue", "yellow", "cyan", "magenta", "white", "orange"],
        Shapes = ["circle", "square", "triangle"], Directions = ["left", "right", "up", "down"], Backgrounds = ["black", "gray", "navy"];

    public static Task<Table> Run()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "shapes-unseen.json")));
        var unseen = json.RootElement.GetProperty("combinations").EnumerateArray().Select(row => row.EnumerateArray().Select(word => word.GetString()!).ToArray()).Select(w => new SeenShape(w[0], w[1], w[2], w[3], w[4])).ToList();
        var all = from size in Sizes from colour in Colours from shape in Shapes from direction in Directions from background in Backgrounds select new SeenShape(size, colour, shape, direction, background);
        // every eighth or so of those that were trained on
        var seen = all.Except(unseen).Where((_, i) => i % 8 == 3).Take(60).ToList();

        using var pipeline = WanPipeline.Load(VideoBench.Folder, new OnnxOptions(Math.Max(1, Environment.ProcessorCount - 1)));
        var table = new Table().AddColumns("captions", "size", "colour", "shape", "direction", "background", "all five");
        Score(table, pipeline, $"canonical, {seen.Count} seen in training", seen, Canonical);
        Score(table, pipeline, $"canonical, {unseen.Count} never seen", unseen, Canonical);
        Score(table, pipeline, $"in other words, {unseen.Count} never seen", unseen, InOtherWords);
        return Task.FromResult(table.Caption("12 steps, guidance 3, one seed each; right of all, %"));
    }

    private static void Score(Table table, WanPipeline pipeline, string what, List<SeenShape> wanted, Func<SeenShape, int, string> caption)
    {
        var right = new int[6];
        for (var i = 0; i < wanted.Count; i++)
        {
            var request = new VideoRequest { Prompt = caption(wanted[i], i), Width = 64, Height = 64, Frames = 33, Steps = 12, Guidance = 3, Seed = 1000 + i };
            var (asked, made) = (wanted[i], ShapeDetector.Detect([.. pipeline.Decode(pipeline.Denoise(request), pipeline.ShapeOf(request))]));
            bool[] hits = [asked.Size == made.Size, asked.Colour == made.Colour, asked.Shape == made.Shape, asked.Direction == made.Direction, asked.Background == made.Background, asked == made];
            for (var k = 0; k < hits.Length; k++) right[k] += hits[k] ? 1 : 0;
        }

        table.AddRow([what, .. right.Select(count => $"{100.0 * count / wanted.Count:F0}")]);
    }

    private static string Canonical(SeenShape s, int i) => $"a {s.Size} {s.Colour} {s.Shape} moving {s.Direction} on a {s.Background} background";

    private static string InOtherWords(SeenShape s, int i)
    {
        string Pick(string word, params string[] others) => others.Length == 0 ? word : others[i % others.Length];
        var size = s.Size == "small" ? Pick("small", "tiny", "little") : Pick("large", "big", "huge");
        var colour = s.Colour switch { "cyan" => "turquoise", "magenta" => "pink", var other => other };
        var shape = s.Shape switch { "circle" => Pick("circle", "ball", "disc", "dot"), "square" => Pick("square", "box", "block"), _ => "pyramid" };
        var verb = Pick("moving", "drifting", "sliding", "flying", "gliding", "floating");
        var background = s.Background switch { "gray" => "grey", "navy" => "dark blue", var other => other };
        return $"The {size} {colour} {shape} is {verb} {s.Direction} over a {background} background.";
    }
}
