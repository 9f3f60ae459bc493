using MlNetLlm.LanguageModels;
using MlNetLlm.LanguageModels.Managed;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.LanguageModels.Managed;

public sealed class DecoderChoiceTests
{
    [Test]
    public void Pays_ForSmallStepsOnly_CountingRowsAndThreads()
    {
        // 3 · 32² + 32² + 3 · 32 · 96 = 13,312 multiplications a token
        using var model = ToyModels.Create(
            TransformerConfig.Llama(vocabularySize: 11, width: 32, layers: 1, heads: 2, contextLength: 16, feedForwardWidth: 96));
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            Assert.That(ManagedDecoder.Pays(model, 18_000), Is.True);
            Assert.That(ManagedDecoder.Pays(model, 19_000), Is.False);
            set_num_threads(2);
            Assert.That(ManagedDecoder.Pays(model, 9_000), Is.True);
            Assert.That(ManagedDecoder.Pays(model, 18_000), Is.False);
        }
        finally
        {
            set_num_threads(threads);
        }
    }
}
