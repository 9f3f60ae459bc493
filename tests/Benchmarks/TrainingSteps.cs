using System.Runtime.InteropServices;
using MlNetLlm.Data;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.Benchmarks;

/// <summary>The library's training loop, one step a turn.</summary>
internal static class TrainingSteps
{
    private sealed class EndOfTurnsException : Exception;

    public static void Run(
        TransformerModel model, IEnumerable<(string Name, Parameter Parameter)> trained, Tensor tokens, Turns turns) => Run(
            model, trained, () => Batch(tokens), batch => Objectives.NextToken(model, model.Hidden(batch.Tokens), batch.Targets), turns);

    public static void Run(
        TransformerModel model, IEnumerable<(string Name, Parameter Parameter)> trained, Func<TokenBatch> batch,
        Func<TokenBatch, Tensor> loss, Turns turns)
    {
        model.train();
        var options = new FullOptions { LearningRate = 1e-3, WeightDecay = 0.1, Schedule = Schedule.Constant, MaxSteps = int.MaxValue };
        var job = new TrainingJob
        {
            Groups = [new ParameterGroup { Name = "trained", Parameters = [.. trained] }],
            Batches = new Source(batch, turns),
            Loss = loss,
            ModelFingerprint = "benchmark",
        };
        try
        {
            TrainingLoop.Run(job, options, new Report(turns));
        }
        catch (EndOfTurnsException)
        {
        }
    }

    public static TokenBatch Batch(Tensor tokens)
    {
        var time = tokens.size(1) - 1;
        return TokenBatch.Of(Ids(0), Ids(1), (int)tokens.size(0));

        long[] Ids(long from)
        {
            using var scope = NewDisposeScope();
            return MemoryMarshal.Cast<byte, long>(tokens.narrow(1, from, time).contiguous().bytes).ToArray();
        }
    }

    /// <summary>A step begins when its batch is asked for; asking for the next one ends it.</summary>
    private sealed class Source(Func<TokenBatch> batch, Turns turns) : IBatchSource
    {
        public long Position { get; set; }

        public double TokensPerBatch => Inputs.Batch * Inputs.Time;

        public string Fingerprint => "benchmark";

        public TokenBatch Next() => turns.Next() ? batch() : throw new EndOfTurnsException();
    }

    private sealed class Report(Turns turns) : IProgress<TrainingProgress>
    {
        void IProgress<TrainingProgress>.Report(TrainingProgress value) => turns.Value = value.Loss;
    }
}
