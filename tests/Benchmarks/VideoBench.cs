using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Platform.Fixtures;
using Platform.Inference.Onnx;
using Platform.Video.Wan;
using Spectre.Console;

namespace Platform.Benchmarks;

/// <summary>The bundled video model: what the pipeline costs beside the model's own runs, memory by the clip's length, and time from the request to the clip.</summary>
internal static class VideoBench
{
    private const int Rounds = 5, Steps = 12;

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

    private static void Overhead(Table table)
    {
        using var pipeline = WanPipeline.Load(Folder, new OnnxOptions(Threads));
        using var bare = new BareRuns(Folder, Threads);
        var (wholes, runs, bares) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -1; round < Rounds; round++)
        {
            // another prompt each time, so that the encoder runs as it does in the bare runs
            var request = new VideoRequest { Prompt = $"a large red circle moving left {round}", NegativePrompt = $"{round}", Width = 64, Height = 64, Frames = 33, Steps = Steps, Guidance = 3, Seed = 1 };
            var (began, ran) = (Stopwatch.GetTimestamp(), pipeline.RunTime);
            foreach (var _ in pipeline.Decode(pipeline.Denoise(request), pipeline.ShapeOf(request)))
            {
            }

            var (whole, run) = (Stopwatch.GetElapsedTime(began).TotalMilliseconds, (pipeline.RunTime - ran).TotalMilliseconds);
            began = Stopwatch.GetTimestamp();
            bare.Clip(Steps);
            if (round < 0) continue; // the first of each warms up
            wholes.Add(whole);
            runs.Add(run);
            bares.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        table.AddRow("one clip in the pipeline, median, ms", $"{Median(wholes):F0}");
        table.AddRow("the same runs in bare ONNX Runtime, ms", $"{Median(bares):F0}");
        table.AddRow("pipeline beside the model's own runs, % of them", $"{Median([.. wholes.Zip(runs, (whole, run) => 100 * (whole - run) / run)]):F2}");
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

    /// <summary>The model's graphs, back to back, on tensors of the same shapes.</summary>
    private sealed class BareRuns : IDisposable
    {
        private readonly SessionOptions _options;
        private readonly InferenceSession _text, _transformer, _init, _step;
        private readonly RunOptions _run = new();

        public BareRuns(string folder, int threads)
        {
            _options = new SessionOptions { IntraOpNumThreads = threads };
            _options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            InferenceSession Open(string file) => new(Path.Combine(folder, file), _options);
            (_text, _transformer, _init, _step) = (Open("text_encoder/model.onnx"), Open("transformer/model.onnx"), Open("vae/decoder_init.onnx"), Open("vae/decoder_step.onnx"));
        }

        public void Clip(int steps)
        {
            for (var i = 0; i < 2; i++)
            {
                using var ids = OrtValue.CreateTensorValueFromMemory(new long[32], [1, 32]);
                using var mask = OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1L, 32).ToArray(), [1, 32]);
                Run(_text, [ids, mask]).Dispose();
            }

            using var latents = OrtValue.CreateTensorValueFromMemory(new float[2 * 32 * 9 * 64], [2, 32, 9, 8, 8]);
            using var timestep = OrtValue.CreateTensorValueFromMemory(new float[2 * 9 * 16], [2, 9 * 16]);
            using var text = OrtValue.CreateTensorValueFromMemory(new float[2 * 32 * 64], [2, 32, 64]);
            for (var i = 0; i < steps; i++) Run(_transformer, [latents, timestep, text]).Dispose();

            using var latent = OrtValue.CreateTensorValueFromMemory(new float[32 * 64], [1, 32, 1, 8, 8]);
            var outputs = Run(_init, [latent]);
            for (var i = 0; i < 8; i++)
            {
                var next = Run(_step, [latent, .. outputs.Skip(1).Take(_step.InputNames.Count - 1)]);
                outputs.Dispose();
                outputs = next;
            }

            outputs.Dispose();
        }

        public void Dispose()
        {
            foreach (var session in (InferenceSession[])[_text, _transformer, _init, _step]) session.Dispose();
            _run.Dispose();
            _options.Dispose();
        }

        private IDisposableReadOnlyCollection<OrtValue> Run(InferenceSession session, OrtValue[] inputs) => session.Run(_run, session.InputNames, inputs, session.OutputNames);
    }
}
