using System.Numerics.Tensors;
using Platform.Inference.Onnx;
using Platform.Video.Imaging;
using Platform.Video.Noise;
using Platform.Video.Scheduling;

namespace Platform.Video.Wan;

/// <summary>
/// Text/image to video with models of the Wan family: text encoder → denoising transformer(s) → streaming VAE. What a model can do follows from its configuration files.
/// Thread-safe; a clip's work is done on the caller's thread.
/// </summary>
public sealed class WanPipeline : IDisposable
{
    private const ulong InitialNoise = 0, StepNoise = 1;

    private readonly TextEncoder _text;
    private readonly VideoTransformer _transformer;
    private readonly VideoTransformer? _transformer2;
    private readonly VideoAutoencoder _vae;

    internal WanPipeline(string folder, WanConfig config, OnnxOptions options)
    {
        Config = config;
        _ = FlowScheduler.Create(config.Scheduler, 1, null, (_, _) => { }); // one that is not known is said now
        _text = new(folder, config, options);
        _transformer = new(Path.Combine(folder, "transformer"), config, options);
        if (config.BoundaryRatio is not null) _transformer2 = new(Path.Combine(folder, "transformer_2"), config, options);
        _vae = new(folder, config, options);
    }

    public WanConfig Config { get; }

    /// <summary>Time spent in the model's own graphs.</summary>
    public TimeSpan RunTime => Models().Aggregate(TimeSpan.Zero, (sum, model) => sum + model.RunTime);

    /// <summary>Opens a model folder in the Hugging Face layout. Throws <see cref="InvalidDataException"/> naming what is missing.</summary>
    public static WanPipeline Load(string folder, OnnxOptions? options = null) => new(folder, WanConfig.Load(folder), options ?? new());

    /// <summary>Size of the latents of a request. Throws <see cref="ArgumentException"/> naming what the model can't make.</summary>
    public LatentShape ShapeOf(VideoRequest request)
    {
        if (request.Width < Config.SizeStep || request.Height < Config.SizeStep || request.Width % Config.SizeStep != 0 || request.Height % Config.SizeStep != 0)
            throw new ArgumentException($"A size of {request.Width}x{request.Height} can't be made: both sides must be multiples of {Config.SizeStep}.", nameof(request));
        if (request.Frames < 1 || (request.Frames - 1) % Config.TemporalScale != 0)
            throw new ArgumentException($"A clip of {request.Frames} frames can't be made: it must be 1 more than a multiple of {Config.TemporalScale}.", nameof(request));
        if (request.Image is not null && !Config.TakesPicture) throw new ArgumentException("This model takes no picture.", nameof(request));
        if (request.LastImage is not null && !Config.ConcatenatesPicture) throw new ArgumentException("This model takes no last picture.", nameof(request));
        if (request.Source is { } source && source.Count != request.Frames) throw new ArgumentException($"The source has {source.Count} frames, the clip {request.Frames}.", nameof(request));
        return new(Config.LatentChannels, (request.Frames - 1) / Config.TemporalScale + 1, request.Height / Config.SpatialScale, request.Width / Config.SpatialScale);
    }

    /// <summary>Denoises; the clip's normalised latents.</summary>
    /// <param name="progress">Called after every step; may keep a checkpoint.</param>
    /// <param name="resume">A checkpoint of the same request: goes on as if nothing had happened.</param>
    public float[] Denoise(VideoRequest request, Action<DenoisingStep>? progress = null, Checkpoint? resume = null, CancellationToken cancellation = default)
    {
        var shape = ShapeOf(request);
        var scheduler = FlowScheduler.Create(Config.Scheduler, request.Steps, request.FlowShift, (step, noise) => Philox.Normal(request.Seed, StepNoise + (ulong)step, noise));
        var condition = PictureCondition.Create(Config, _vae, request, cancellation);
        var prompt = _text.Encode(request.Prompt, cancellation);
        var negative = request.Guidance > 1 || request.Guidance2 > 1 ? _text.Encode(request.NegativePrompt, cancellation) : null;

        var velocity = new GuidedVelocity(Config, shape, condition, prompt, negative);
        var latents = resume is null ? Begin(request, shape, scheduler, cancellation) : resume.Restore(scheduler, shape);
        while (scheduler.Index < scheduler.Timesteps.Count)
        {
            var timestep = scheduler.Timesteps[scheduler.Index];
            var second = _transformer2 is not null && timestep < Config.BoundaryRatio * 1000;
            var guidance = second ? request.Guidance2 ?? request.Guidance : request.Guidance;
            scheduler.Step(velocity.Predict(second ? _transformer2! : _transformer, latents, timestep, guidance, cancellation), latents);
            progress?.Invoke(new(scheduler.Index, scheduler.Timesteps.Count, scheduler, latents, shape));
        }
        if (condition.FirstFrame is { } first) shape.SetFrame(latents, 0, first);
        return latents;
    }

    /// <summary>Decodes frame after frame; memory does not grow with the clip.</summary>
    public IEnumerable<RgbImage> Decode(float[] latents, LatentShape shape, CancellationToken cancellation = default) => _vae.Decode(latents, shape, cancellation);

    private float[] Begin(VideoRequest request, LatentShape shape, FlowScheduler scheduler, CancellationToken cancellation)
    {
        var latents = new float[shape.Length];
        if (request.Noise is { } given) given.CopyTo(latents, 0);
        else Philox.Normal(request.Seed, InitialNoise, latents);
        if (request.Source is { } source)
        {
            scheduler.Begin(request.Steps - Math.Min((int)(request.Steps * request.Strength), request.Steps));
            var encoded = _vae.Encode(request.Frames, request.Width, request.Height, (frame, planes) => VideoAutoencoder.ToPlanes(source[frame].Cover(request.Width, request.Height), planes), out _, cancellation);
            var sigma = scheduler.Sigmas[scheduler.Index];
            TensorPrimitives.Multiply(latents, sigma, latents);
            TensorPrimitives.MultiplyAdd(encoded, 1 - sigma, latents, latents);
        }
        return latents;
    }

    private IEnumerable<OnnxModel> Models() => [_text.Model, _transformer.Model, .. _transformer2 is null ? [] : (OnnxModel[])[_transformer2.Model], .. _vae.Models];

    public void Dispose()
    {
        _text.Dispose();
        _transformer.Dispose();
        _transformer2?.Dispose();
        _vae.Dispose();
    }
}
