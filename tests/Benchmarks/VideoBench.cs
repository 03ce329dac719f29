using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Platform.Fixtures;
using Platform.Inference.Onnx;
using Platform.Video.Noise;
using Platform.Video.Wan;
using Spectre.Console;

namespace Platform.Benchmarks;

/// <summary>The bundled video model: what the pipeline costs beside the model's own runs, memory by the clip's length, and time from the request to the clip.</summary>
internal static class VideoBench
{
    private const int Rounds = 5, Pairs = 41, Steps = 12;

    public static readonly string Folder = BundledModel.FolderOf("shapes-wan");

    private static int Threads => Math.Max(1, Environment.ProcessorCount - 1);

    public static async Task<Table> Run()
    {
        var table = new Table().AddColumns("what", "figure");
        Overhead(table);
        foreach (var frames in (int[])[33, 129, 257]) table.AddRow($"peak memory while {frames} frames are decoded, MiB above before", Memory(frames).ToString("F0", CultureInfo.InvariantCulture));
        await FromRequestToClip(table);
        return table.Caption($"shapes-wan, 64×64, {Steps} steps, guidance 3, {Threads} thread(s)");
    }

    /// <summary>Pipeline and bare runs in turn, so that both see the same machine; each pair gives one ratio.</summary>
    private static void Overhead(Table table)
    {
        using var pipeline = WanPipeline.Load(Folder, new OnnxOptions(Threads));
        using var bare = new BareRuns(Folder, Threads, Steps);
        var (wholes, bares, ratios, own) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var pair = -2; pair < Pairs; pair++)
        {
            // another prompt each time, so that the encoder runs as it does in the bare runs
            var request = new VideoRequest { Prompt = $"a large red circle moving left {pair}", NegativePrompt = $"{pair}", Width = 64, Height = 64, Frames = 33, Steps = Steps, Guidance = 3, Seed = 1 };
            var (began, ran) = (Stopwatch.GetTimestamp(), pipeline.RunTime);
            foreach (var _ in pipeline.Decode(pipeline.Denoise(request), pipeline.ShapeOf(request)))
            {
            }

            var (whole, run) = (Stopwatch.GetElapsedTime(began).TotalMilliseconds, (pipeline.RunTime - ran).TotalMilliseconds);
            began = Stopwatch.GetTimestamp();
            bare.Clip();
            var bareRun = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            if (pair < 0) continue; // warming up
            wholes.Add(whole);
            bares.Add(bareRun);
            ratios.Add(100 * (whole / bareRun - 1));
            own.Add(100 * (whole - run) / run);
        }

        table.AddRow("one clip in the pipeline, ms", Spread(wholes, "F0"));
        table.AddRow("the same runs in bare ONNX Runtime, ms", Spread(bares, "F0"));
        table.AddRow($"the pipeline above the bare runs, % of them, {Pairs} pairs", Spread(ratios, "F1"));
        table.AddRow("the pipeline beside its own runs, % of them", Spread(own, "F1"));
    }

    private static string Spread(List<double> values, string format)
    {
        var sorted = values.Order().ToList();
        string At(double share) => sorted[(int)(share * (sorted.Count - 1))].ToString(format, CultureInfo.InvariantCulture);
        return $"{At(0.5)} (half of them {At(0.25)} to {At(0.75)})";
    }

    private static double Memory(int frames)
    {
        using var pipeline = WanPipeline.Load(Folder, new OnnxOptions(Threads));
        var shape = new LatentShape(pipeline.Config.LatentChannels, (frames - 1) / 4 + 1, 8, 8);
        foreach (var _ in pipeline.Decode(new float[(shape with { Frames = 3 }).Length], shape with { Frames = 3 }))
        {
        }

        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true);
        File.WriteAllText("/proc/self/clear_refs", "5"); // the peak begins anew
        var before = PeakKilobytes();
        foreach (var _ in pipeline.Decode(new float[shape.Length], shape))
        {
        }

        return (PeakKilobytes() - before) / 1024.0;
    }

    private static async Task FromRequestToClip(Table table)
    {
        await using var database = await PostgresServer.CreateDatabase();
        await using var platform = await Served.Platform(database);
        var times = new List<double>();
        for (var i = 0; i < Rounds; i++)
        {
            var began = Stopwatch.GetTimestamp();
            using var created = await platform.Client.PostAsJsonAsync("v1/videos", new { model = "shapes-wan", prompt = "a large red circle moving left on a navy background", seed = i });
            var video = (await created.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
            while ((await platform.Client.GetFromJsonAsync<JsonElement>($"v1/videos/{video}")).GetProperty("status").GetString() is "queued" or "in_progress") await Task.Delay(10);
            await platform.Client.GetByteArrayAsync($"v1/videos/{video}/content");
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        table.AddRow("POST to the downloaded clip of 4 s, first / median, ms", $"{times[0]:F0} / {Median(times):F0}");
    }

    private static double PeakKilobytes() =>
        double.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Split(':')[1].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>The model's graphs, back to back, on tensors of the same shapes that are there beforehand.</summary>
    private sealed class BareRuns : IDisposable
    {
        private readonly SessionOptions _options;
        private readonly InferenceSession _text, _transformer, _init, _step;
        private readonly OrtValue[] _prompt, _noisy, _latent;
        private readonly int _steps;
        private readonly RunOptions _run = new();

        public BareRuns(string folder, int threads, int steps)
        {
            _steps = steps;
            _options = new SessionOptions { IntraOpNumThreads = threads };
            _options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            InferenceSession Open(string file) => new(Path.Combine(folder, file), _options);
            (_text, _transformer, _init, _step) = (Open("text_encoder/model.onnx"), Open("transformer/model.onnx"), Open("vae/decoder_init.onnx"), Open("vae/decoder_step.onnx"));
            _prompt = [OrtValue.CreateTensorValueFromMemory(new long[32], [1, 32]), OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1L, 32).ToArray(), [1, 32])];
            _noisy = [Floats(2, 32, 9, 8, 8), Floats(2, 9 * 16), Floats(2, 32, 64)];
            _latent = [Floats(1, 32, 1, 8, 8)];
        }

        public void Clip()
        {
            for (var i = 0; i < 2; i++) Run(_text, _prompt).Dispose();
            for (var i = 0; i < _steps; i++) Run(_transformer, _noisy).Dispose();
            var outputs = Run(_init, _latent);
            for (var i = 0; i < 8; i++)
            {
                var next = Run(_step, [.. _latent, .. outputs.Skip(1)]);
                outputs.Dispose();
                outputs = next;
            }

            outputs.Dispose();
        }

        public void Dispose()
        {
            foreach (var tensor in (OrtValue[])[.. _prompt, .. _noisy, .. _latent]) tensor.Dispose();
            foreach (var session in (InferenceSession[])[_text, _transformer, _init, _step]) session.Dispose();
            _run.Dispose();
            _options.Dispose();
        }

        private IDisposableReadOnlyCollection<OrtValue> Run(InferenceSession session, OrtValue[] inputs) => session.Run(_run, session.InputNames, inputs, session.OutputNames);

        /// <summary>Numbers as the pipeline's: a graph full of zeros may be cheaper.</summary>
        private static OrtValue Floats(params long[] shape)
        {
            var values = new float[shape.Aggregate(1L, (all, length) => all * length)];
            Philox.Normal(1, 0, values);
            return OrtValue.CreateTensorValueFromMemory(values, shape);
        }
    }
}
