using Microsoft.ML;
using MlNetLlm.ConceptMixing;
using MlNetLlm.LanguageModels;
using MlNetLlm.SparseAutoencoders;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;
using static TorchSharp.torch;

namespace MlNetLlm.Benchmarks;

/// <summary>Labels of four kinds for a text, from the miniature's teacher with random weights: passes, choice, files.</summary>
internal static class LabelRates
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz ";

    public static Func<long> Tokens(ConceptGradient gradient)
    {
        using var random = new Generator(1);
        var tokenizer = VocabularyTokenizer.Characters(Letters);
        var config = TransformerConfig.Gpt2(vocabularySize: 1024, width: 128, layers: 4, heads: 4, contextLength: 128);
        var model = new LanguageModel(new TransformerModel(config, random, initialDeviation: 0.088), tokenizer);
        var run = new SparseAutoencoderOptions { Latents = 1024, ActiveLatents = 16 }.Loop(config.Width);
        var autoencoder = SparseAutoencoderStart.Draw(
            TeacherPass.Numbers(randn([512, config.Width], generator: random)), config.Width, run, new RandomStream(1, "benchmark"));
        var teacher = new ConceptTeacher(model, autoencoder, 2);
        var ml = new MLContext(1);
        var letters = new Random(2);
        var written = new string([.. Enumerable.Range(0, 32_768).Select(_ => Letters[letters.Next(27)])]);
        var text = ml.Data.LoadFromEnumerable([new Line { Text = written }]);
        return () =>
        {
            var folder = Directory.CreateTempSubdirectory("mlnetllm-bench-").FullName;
            try
            {
                using var labels = ml.Concepts().LabelConcepts(
                    teacher, text, Path.Combine(folder, "labels"), new LabelConceptsOptions { Gradient = gradient });
                return (long)labels.Windows * labels.SequenceLength;
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        };
    }

    private sealed class Line
    {
        public string Text { get; set; } = "";
    }
}
